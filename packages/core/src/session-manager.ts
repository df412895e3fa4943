import type { Agent } from './agent.ts'
import { Announcer } from './announcer.ts'
import type { AuditLog } from './audit-log.ts'
import type { CallOptions } from './call-options.ts'
import { assertKnownKeys, checkedName } from './checked-fields.ts'
import { cleanupInactive } from './cleanup-inactive.ts'
import { type Erasure, eraseUser } from './erase-user.ts'
import { invalidArgument, SessError } from './errors.ts'
import { EventHub, type SessEventName, type SessListener } from './events.ts'
import { checkedExpiry, defaultExpiry } from './expiry.ts'
import { filledPage } from './filled-page.ts'
import { isId } from './id.ts'
import { checkedLimits, defaultLimits, type Limits } from './limits.ts'
import { LiveChats } from './live/live-chats.ts'
import { checkedWatch, type WatchSettings } from './live/watch-settings.ts'
import { type Logger, silentLogger } from './logger.ts'
import type { ManagerParts } from './manager-parts.ts'
import { checkedOwner, type Owner } from './owner.ts'
import type { PromptComposer } from './prompt-composer.ts'
import { checkedPromptFailure, type PromptFailure, PromptSource } from './prompt-source.ts'
import { sessionNotFound } from './refusal.ts'
import { ResourceSet } from './resource-set.ts'
import { Session } from './session.ts'
import { checkedQuery } from './session-query.ts'
import type { SessionResource } from './session-resource.ts'
import { type ManagerHealth, type SystemStats, systemStats, type UserReport } from './stats.ts'
import type { Page, PageOptions } from './store/refs.ts'
import type { ListSessionsQuery, SessionExpiry, SessionQuery } from './store/session-records.ts'
import type { Store } from './store/store.ts'
import { type CleanupSettings, checkedCleanup, repeat, type SweepResult, sweep } from './sweep.ts'
import type { ToolProvider } from './tool-provider.ts'
import { TurnDesk } from './turn-desk.ts'
import { checkedTurnSettings, type TurnSettings } from './turn-settings.ts'
import { UserSessions } from './user-sessions.ts'

/** What a manager works with. Only `store` is needed. */
export interface SessionManagerOptions {
  /** Where everything lives. The manager closes it when it is closed, unless `closeStore` is false. */
  readonly store: Store
  /** Answers messages. Without it, messages can be added but not sent. */
  readonly agent?: Agent | undefined
  /** Makes the system prompts of sessions. */
  readonly promptComposer?: PromptComposer | undefined
  /** When the composer fails: fail too, go on without a prompt, or with the last one of that owner. @default 'fail' */
  readonly promptFailure?: PromptFailure | undefined
  /** What belongs to each session outside the store, provisioned in this order. */
  readonly resources?: readonly SessionResource[] | undefined
  /** Where the agent's tools come from, as `turn.tools`: an `McpHub`, or something of your own. */
  readonly tools?: ToolProvider | undefined
  readonly limits?: Partial<Limits> | undefined
  /** When sessions expire. @default `{ idleMs: 86_400_000, absoluteMs: null }` */
  readonly expiry?: Partial<SessionExpiry> | undefined
  /** The sweep that runs by itself; false switches it off. @default `{ intervalMs: 3_600_000, batchSize: 100 }` */
  readonly cleanup?: Partial<CleanupSettings> | false | undefined
  readonly turns?: Partial<TurnSettings> | undefined
  /** @default `{ intervalMs: 500 }` */
  readonly watch?: Partial<WatchSettings> | undefined
  /** The organisation of owners that name none: for applications with a single tenant. */
  readonly defaultOrgId?: string | undefined
  readonly audit?: AuditLog | undefined
  /** When the audit log fails: fail what was to be recorded, or log a warning. @default 'fail' */
  readonly auditFailure?: 'fail' | 'warn' | undefined
  /** @default none */
  readonly logger?: Logger | undefined
  /** @default true */
  readonly closeStore?: boolean | undefined
}

/** How an owner is acted for. */
export interface ScopeOptions {
  /** Who acts in the owner's place: a member of the staff, a job. It goes into the audit log. @default the owner */
  readonly actor?: string | undefined
}

const optionNames = [
  ...['store', 'agent', 'promptComposer', 'promptFailure', 'resources', 'limits', 'expiry', 'cleanup', 'turns'],
  ...['watch', 'tools', 'defaultOrgId', 'audit', 'auditFailure', 'logger', 'closeStore'],
]

/**
 * Everything, for trusted code; request handlers get `for(owner)`. It caches nothing that another process may change, so any
 * number of managers may work on one store.
 */
export class SessionManager {
  readonly #parts: ManagerParts
  readonly #hub: EventHub
  readonly #defaultOrgId: string | undefined
  readonly #closeStore: boolean
  readonly #batchSize: number
  readonly #stopSweeping: () => Promise<void>
  #closing: Promise<void> | null = null

  /** @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
  constructor(options: SessionManagerOptions) {
    assertKnownKeys(options, optionNames, 'options')
    const { store, cleanup = {}, logger = silentLogger, auditFailure = 'fail' } = options
    if (typeof store?.createSession !== 'function') throw invalidArgument('options.store', 'must be a store')
    if (auditFailure !== 'fail' && auditFailure !== 'warn')
      throw invalidArgument('auditFailure', "must be 'fail' or 'warn'")
    const settings = cleanup === false ? null : checkedCleanup(cleanup)
    const limits = Object.freeze({ ...defaultLimits, ...checkedLimits(options.limits ?? {}) })
    this.#defaultOrgId =
      options.defaultOrgId === undefined ? undefined : checkedName(options.defaultOrgId, 'defaultOrgId')
    this.#closeStore = options.closeStore ?? true
    this.#batchSize = settings?.batchSize ?? 100
    this.#hub = new EventHub((error, name) => logger.error({ event: name, error }, 'a listener failed'))
    const announcer = new Announcer(this.#hub, options.audit ?? null, auditFailure, logger)
    this.#parts = {
      store,
      limits,
      logger,
      announcer,
      agent: options.agent ?? null,
      expiry: checkedExpiry(options.expiry ?? {}, defaultExpiry),
      prompts: new PromptSource(
        options.promptComposer ?? null,
        checkedPromptFailure(options.promptFailure ?? 'fail', 'promptFailure'),
        limits.bytesPerPrompt,
        logger,
      ),
      resources: new ResourceSet(options.resources ?? [], (session, resource, action, error) => {
        logger.warn({ sessionId: session.id, resource, action, error }, 'a resource failed')
        announcer.tell('resource-failed', { session, resource, action, error })
      }),
      tools: checkedTools(options.tools),
      turns: new TurnDesk(store, checkedTurnSettings(options.turns ?? {}), logger),
      live: new LiveChats(store, this.#hub, checkedWatch(options.watch ?? {}).intervalMs),
      assertOpen: () => {
        if (this.#closing !== null) throw new SessError('CLOSED', 'the manager was closed', {})
      },
    }
    this.#stopSweeping =
      settings === null
        ? async () => {}
        : repeat(
            () => sweep(this.#parts, settings.batchSize),
            settings.intervalMs,
            (error) => logger.warn({ error }, 'a sweep failed'),
          )
  }

  /** The sessions of one owner. @throws {@link SessError} `INVALID_ORG_ID`, `INVALID_USER_ID`. */
  for(owner: Owner | { readonly userId: string }, { actor }: ScopeOptions = {}): UserSessions {
    const named = { orgId: this.#defaultOrgId, ...owner }
    const checked = checkedOwner(named as Owner)
    if (actor === undefined) return new UserSessions(this.#parts, checked)
    const announcer = this.#parts.announcer.as(checkedName(actor, 'actor'))
    return new UserSessions({ ...this.#parts, announcer }, checked)
  }

  /** The session of this id, whoever owns it. For trusted code. @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
  async getSession(sessionId: string, options?: CallOptions): Promise<Session> {
    this.#parts.assertOpen()
    if (typeof sessionId !== 'string') throw invalidArgument('sessionId', 'must be a string')
    const stored = isId(sessionId) ? await this.#parts.store.findSession(sessionId, options) : null
    if (stored === null || stored.status === 'pending') throw sessionNotFound(sessionId.slice(0, 64))
    return new Session(this.#parts, stored)
  }

  /** A page of all sessions that match, newest first. */
  async listSessions(query: ListSessionsQuery = {}, options: PageOptions = {}): Promise<Page<Session>> {
    this.#parts.assertOpen()
    const page = await filledPage(this.#parts.store, checkedQuery(query), options)
    return { items: page.items.map((stored) => new Session(this.#parts, stored)), nextCursor: page.nextCursor }
  }

  /** How many sessions match, from counters or an index. */
  async countSessions(query: SessionQuery = {}, options?: CallOptions): Promise<number> {
    this.#parts.assertOpen()
    return await this.#parts.store.countSessions(checkedQuery(query, ['orgId', 'userId', 'status']), options)
  }

  /** Cleans up all expired sessions, 16 at a time: their resources first, then the word of it, then the data. An abort ends it after those. */
  async sweep(options?: CallOptions): Promise<SweepResult> {
    this.#parts.assertOpen()
    return await sweep(this.#parts, this.#batchSize, options)
  }

  /** Makes sessions without activity for `idleMs` expire, and sweeps. @returns the ids of those that expired by it. */
  async cleanupInactive(idleMs: number, options?: CallOptions): Promise<readonly string[]> {
    this.#parts.assertOpen()
    return await cleanupInactive(this.#parts, idleMs, this.#batchSize, options)
  }

  /**
   * Removes all sessions of a user, expired ones too, with all that belongs to them, and sweeps. Keep the user from coming back first:
   * what is created meanwhile is removed as well, what is created afterwards is not. Sessions that are being made anywhere are waited for; if
   * their process has died, until their time is over, which takes two minutes at most. One that is expired and that another process is
   * cleaning up, that process removes, or if it dies, a sweep from a minute after that on. The audit log keeps its events.
   *
   * @throws {@link SessError} `STORE_UNAVAILABLE`. Some sessions may be gone; repeat the call.
   */
  async eraseUser(owner: Owner, options?: CallOptions): Promise<Erasure> {
    this.#parts.assertOpen()
    return await eraseUser(this.#parts, checkedOwner(owner), this.#batchSize, options)
  }

  /** Figures of the whole store. */
  async stats(options?: CallOptions): Promise<SystemStats> {
    this.#parts.assertOpen()
    return systemStats(await this.#parts.store.stats({}, options))
  }

  /** Figures of one user. */
  async userReport(owner: Owner, options?: CallOptions): Promise<UserReport> {
    this.#parts.assertOpen()
    const checked = checkedOwner(owner)
    const { users: _, ...stats } = systemStats(await this.#parts.store.stats(checked, options))
    return Object.freeze({ owner: checked, ...stats })
  }

  /** How the store and this process are. A store that is down is an answer, not an error. */
  async health(options?: CallOptions): Promise<ManagerHealth> {
    this.#parts.assertOpen()
    const store = await this.#parts.store.health(options)
    return { ok: store.ok, store, turns: this.#parts.turns.counts }
  }

  /** Adds a listener for what happens through this manager. The function it returns removes it. */
  on<Name extends SessEventName>(name: Name, listener: SessListener<Name>): () => void {
    if (typeof listener !== 'function') throw invalidArgument('listener', 'must be a function')
    return this.#hub.on(name, listener)
  }

  /**
   * Stops sweeping, stops the turns of this process (what they said is kept), releases resources, closes the store. Later calls
   * throw `CLOSED`; closing again waits for the first.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#stopSweeping()
    await this.#parts.turns.close(new SessError('CLOSED', 'the manager was closed', {}))
    this.#parts.live.close()
    await this.#parts.resources.releaseAll()
    if (this.#closeStore) await this.#parts.store.close()
  }
}

function checkedTools(tools: ToolProvider | undefined): ToolProvider | null {
  if (tools === undefined) return null
  if (typeof tools?.callTool !== 'function' || typeof tools.listTools !== 'function')
    throw invalidArgument('options.tools', 'must be a provider of tools')
  return tools
}
