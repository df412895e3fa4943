import type { CallOptions } from './call-options.ts'
import { checkedName } from './checked-fields.ts'
import { createSession } from './create-session.ts'
import { deleteSession } from './delete-session.ts'
import { invalidArgument, isSessError } from './errors.ts'
import { filledPage } from './filled-page.ts'
import { isId, isSessionIdOf } from './id.ts'
import { type ImportOptions, importSession } from './import-session.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Owner } from './owner.ts'
import { sessionNotFound } from './refusal.ts'
import { Session } from './session.ts'
import type { CreateSessionInput } from './session-fields.ts'
import { checkedQuery } from './session-query.ts'
import type { Page, PageOptions } from './store/refs.ts'
import type { ListSessionsQuery, SessionQuery, StoredSession } from './store/session-records.ts'

/** Which of the owner's sessions. */
export type UserSessionsQuery = Omit<ListSessionsQuery, 'orgId' | 'userId'>

/**
 * The sessions of one owner: all that a request handler needs. Another owner's session is `SESSION_NOT_FOUND`, by the same
 * path and at the same cost as one that does not exist.
 */
export class UserSessions {
  readonly owner: Owner
  readonly #parts: ManagerParts

  /** @internal */
  constructor(parts: ManagerParts, owner: Owner) {
    this.#parts = parts
    this.owner = owner
  }

  /**
   * Creates a session with its prompt and resources; if a step fails, nothing of it is left.
   *
   * @throws {@link SessError} `SESSION_LIMIT_REACHED`, `SESSION_EXISTS`, `PROMPT_FAILED`, `RESOURCE_FAILED`, `INVALID_ARGUMENT`, `TOO_LARGE`.
   * Nothing was kept.
   */
  async createSession(input: CreateSessionInput = {}, options: CallOptions = {}): Promise<Session> {
    this.#parts.assertOpen()
    return this.#session(await createSession(this.#parts, this.owner, input, 'reject', options))
  }

  /** The owner's session of this key; made with `input` if there is none: once, whoever else asks for it at the same time. */
  async openSession(
    key: string,
    input: Omit<CreateSessionInput, 'key'> = {},
    options: CallOptions = {},
  ): Promise<Session> {
    this.#parts.assertOpen()
    const named = { ...input, key: checkedName(key, 'key') }
    return this.#session(await createSession(this.#parts, this.owner, named, 'open', options))
  }

  /** @throws {@link SessError} `SESSION_NOT_FOUND`; `SESSION_EXPIRED` until it is swept. */
  async getSession(sessionId: string, options?: CallOptions): Promise<Session> {
    const stored = await this.#find(sessionId, options)
    if (stored === null) throw sessionNotFound(String(sessionId).slice(0, 64))
    return this.#session(stored)
  }

  /** Whether the owner has this session, and it is not expired. */
  async hasSession(sessionId: string, options?: CallOptions): Promise<boolean> {
    try {
      return (await this.#find(sessionId, options)) !== null
    } catch (error) {
      if (isSessError(error, 'SESSION_EXPIRED')) return false
      throw error
    }
  }

  /** A page of the owner's sessions, newest first. */
  async listSessions(query: UserSessionsQuery = {}, options: PageOptions = {}): Promise<Page<Session>> {
    this.#parts.assertOpen()
    const checked = checkedQuery(query, ['status', 'tag', 'order'])
    const page = await filledPage(this.#parts.store, { ...checked, ...this.owner }, options)
    return { items: page.items.map((stored) => this.#session(stored)), nextCursor: page.nextCursor }
  }

  /** How many sessions the owner has. Exact. */
  async countSessions(query: Pick<SessionQuery, 'status'> = {}, options?: CallOptions): Promise<number> {
    this.#parts.assertOpen()
    return await this.#parts.store.countSessions({ ...checkedQuery(query, ['status']), ...this.owner }, options)
  }

  /** Removes a session and all it has. Resolves to whether there was one. See {@link Session.delete}. */
  async deleteSession(sessionId: string, options?: CallOptions): Promise<boolean> {
    this.#parts.assertOpen()
    if (!(await this.#isMine(sessionId))) return false
    return await deleteSession(this.#parts, { id: sessionId, owner: this.owner }, options)
  }

  /** Reads what `session.export()` wrote. Nothing is seen of the session before the last line was right. */
  async importSession(source: AsyncIterable<Uint8Array | string>, options: ImportOptions = {}): Promise<Session> {
    this.#parts.assertOpen()
    return this.#session(await importSession(this.#parts, this.owner, source, options))
  }

  async #find(sessionId: string, options?: CallOptions): Promise<StoredSession | null> {
    this.#parts.assertOpen()
    if (!(await this.#isMine(sessionId))) return null
    const stored = await this.#parts.store.getSession({ id: sessionId, owner: this.owner }, options)
    return stored?.status === 'pending' ? null : stored
  }

  /** An id that was made for somebody else can't be the owner's: the store need not be asked, and somebody may want to know. */
  async #isMine(sessionId: unknown): Promise<boolean> {
    if (typeof sessionId !== 'string') throw invalidArgument('sessionId', 'must be a string')
    if (isSessionIdOf(sessionId, this.owner)) return true
    const place = { owner: this.owner, sessionId: isId(sessionId) ? sessionId : null }
    const { announcer } = this.#parts
    announcer.tell('access-denied', { ...place })
    await announcer.audit({ type: 'access-denied', ...place, chatId: null, outcome: 'failed', details: {} })
    return false
  }

  #session(stored: StoredSession): Session {
    return new Session(this.#parts, stored)
  }
}
