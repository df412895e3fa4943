import type { CallOptions } from './call-options.ts'
import type { SessEvents } from './events.ts'
import type { JsonObject } from './json.ts'
import type { SessionRecord } from './session-record.ts'

/** What a resource did, for listeners and the audit log. */
export interface ResourceReport {
  readonly type: Extract<keyof SessEvents, `mcp-${string}`>
  readonly outcome: 'ok' | 'failed'
  /** Names, sizes and durations; never content, arguments or secrets. */
  readonly details: JsonObject
}

/** A session as its resources see it. `Session` is one. */
export interface ResourceHolder {
  readonly id: string
  /** The session as it was when it was last read. */
  readonly record: SessionRecord
  /** The folder of the session, null if the manager has no workspaces. */
  readonly workspacePath: string | null
  /** Reads the record anew. @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
  refresh(options?: CallOptions): Promise<SessionRecord>
  /** What the resource of this name keeps with the session in the store. */
  resourceState(resource: string): ResourceState
  /**
   * From now on this process holds something of the session, also if another one created it: `release` is called when the session
   * or the manager ends. @throws {@link SessError} `CLOSED` if the manager was closed; then nothing may be held.
   */
  hold(): void
  /** Tells of what a resource did. @throws {@link SessError} `AUDIT_FAILED` as for every audited event. */
  report(event: ResourceReport): Promise<void>
}

/** What a resource keeps with a session, read together with the session. */
export interface ResourceSnapshot {
  readonly session: SessionRecord
  /** {} if nothing is kept. */
  readonly value: JsonObject
}

/**
 * What a resource remembers of one session. It is kept in the session's record, so it goes where the session goes and dies with it;
 * an export leaves it out. It is read with every read of the session: keep it small.
 */
export interface ResourceState {
  /** What is kept now, in whatever state the session is. @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
  read(options?: CallOptions): Promise<ResourceSnapshot>
  /**
   * Replaces it by what `change` makes of it. `change` is called anew when somebody else was faster; a throw writes nothing.
   *
   * @returns what is kept now.
   * @throws {@link SessError} `SESSION_CLOSED`; `TOO_LARGE` over `limits.bytesPerField`. Nothing was written.
   */
  update(change: (current: JsonObject) => JsonObject, options?: CallOptions): Promise<JsonObject>
}
