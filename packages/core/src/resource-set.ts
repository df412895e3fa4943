import { isSessError, SessError } from './errors.ts'
import type { SessionRecord } from './session-record.ts'
import type { SessionResource, WorkspaceResource } from './session-resource.ts'

type Failure = (
  session: SessionRecord,
  resource: string,
  action: 'provision' | 'release' | 'destroy',
  error: unknown,
) => void

/** The resources of a manager's sessions. One that fails never keeps the others from being given back. */
export class ResourceSet {
  readonly #resources: readonly SessionResource[]
  readonly #onFailure: Failure
  /** Sessions this process provisioned, or holds something of, and has not released. */
  readonly #held = new Map<string, SessionRecord>()

  constructor(resources: readonly SessionResource[], onFailure: Failure) {
    this.#resources = resources
    this.#onFailure = onFailure
  }

  get empty(): boolean {
    return this.#resources.length === 0
  }

  /** The folder of the session, null if no resource is a workspace. */
  workspacePath(session: SessionRecord): string | null {
    return this.#resources.find(isWorkspace)?.pathOf(session) ?? null
  }

  /**
   * Provisions all, in order. What was made when one fails, `destroy` takes back.
   *
   * @throws the resource's own {@link SessError}, or `RESOURCE_FAILED`.
   */
  async provision(session: SessionRecord, signal?: AbortSignal): Promise<void> {
    this.hold(session)
    for (const resource of this.#resources) {
      try {
        signal?.throwIfAborted()
        await resource.provision(session, { signal })
      } catch (cause) {
        this.#onFailure(session, resource.name, 'provision', cause)
        if (isSessError(cause) || signal?.aborted === true) throw cause
        throw new SessError(
          'RESOURCE_FAILED',
          `${resource.name} could not be provisioned`,
          { resource: resource.name },
          { cause },
        )
      }
    }
  }

  /** Gives back what this process holds for the session. Failures are told, not thrown. */
  async release(session: SessionRecord): Promise<void> {
    this.#held.delete(session.id)
    for (const resource of this.#resources) await this.#attempt(resource, session, 'release')
  }

  /**
   * Releases and destroys, the last one first, also those that never were made. Resolves to whether every one was destroyed:
   * one that can't be released must not keep a session for ever.
   */
  async destroy(session: SessionRecord): Promise<boolean> {
    this.#held.delete(session.id)
    let done = true
    for (const resource of this.#resources.toReversed()) {
      await this.#attempt(resource, session, 'release')
      done = (await this.#attempt(resource, session, 'destroy')) && done
    }
    return done
  }

  /** Notes that this process holds something of the session. */
  hold(session: SessionRecord): void {
    if (!this.empty) this.#held.set(session.id, session)
  }

  /** Sessions held here that were to expire before `instant`, as far as this process knows. */
  heldPast(instant: number): readonly SessionRecord[] {
    return [...this.#held.values()].filter(({ expiresAt }) => expiresAt !== null && expiresAt <= instant)
  }

  /** Keeps a newer record of a session that is held. */
  heldStill(session: SessionRecord): void {
    if (this.#held.has(session.id)) this.#held.set(session.id, session)
  }

  /** Releases what is held for any session. */
  async releaseAll(): Promise<void> {
    for (const session of [...this.#held.values()]) await this.release(session)
  }

  async #attempt(resource: SessionResource, session: SessionRecord, action: 'release' | 'destroy'): Promise<boolean> {
    try {
      await resource[action](session)
      return true
    } catch (error) {
      this.#onFailure(session, resource.name, action, error)
      return false
    }
  }
}

function isWorkspace(resource: SessionResource): resource is WorkspaceResource {
  return 'pathOf' in resource && typeof resource.pathOf === 'function'
}
