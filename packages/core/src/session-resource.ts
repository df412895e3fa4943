import type { CallOptions } from './call-options.ts'
import type { SessionRecord } from './session-record.ts'

/** Something a session owns outside the store: a folder, MCP clients, a sandbox. */
export interface SessionResource {
  readonly name: string
  /** Makes it exist. Runs while the session is created; a throw undoes the creation, earlier resources included. */
  provision(session: SessionRecord, options?: CallOptions): Promise<void>
  /** Gives back what this process holds (connections, children). The session may live on elsewhere. Idempotent. */
  release(session: SessionRecord): Promise<void>
  /** Removes what would outlive the process. After delete and expiry; repeated until it succeeds. Idempotent. */
  destroy(session: SessionRecord): Promise<void>
}

/** A resource that is a folder. The first of a manager's is `session.workspacePath`. */
export interface WorkspaceResource extends SessionResource {
  /** The absolute path of the session's folder, whether it is there or not. */
  pathOf(session: SessionRecord): string
}
