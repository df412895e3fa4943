import { type ChatRef, newChatId, newId, newSessionId, type Owner, type SessionQuotas, type Store } from '@sess/core'
import { isFailure, Ledger } from './ledger.ts'

export interface LoadOptions {
  /** Writers that append, two to a chat. @default 8 */
  readonly writers?: number | undefined
  /** Sessions that the user of the load may have. @default 12 */
  readonly sessionsPerUser?: number | undefined
}

/** Several callers that append, run turns, create and delete, all the time, and note what they were answered. */
export class Load {
  readonly ledger: Ledger = new Ledger()
  readonly owner: Owner = { orgId: 'acme', userId: newId() }
  readonly quotas: SessionQuotas
  readonly #store: Store
  readonly #working: Promise<void>[] = []
  #stopped = false

  private constructor(store: Store, sessionsPerUser: number) {
    this.#store = store
    this.quotas = { store: null, org: null, user: sessionsPerUser }
  }

  /** Makes a session with chats, on a store that is well, and sets everybody to work. */
  static async start(store: Store, options: LoadOptions = {}): Promise<Load> {
    const { writers = 8, sessionsPerUser = 12 } = options
    const load = new Load(store, sessionsPerUser)
    const session = { id: newSessionId(load.owner), owner: load.owner }
    await store.createSession(load.#newSession(session.id), { quotas: load.quotas, ifKeyTaken: 'reject' })
    load.ledger.sessions.add(session.id)
    const chats: ChatRef[] = []
    for (let count = 0; count <= Math.ceil(writers / 2); count++) {
      const id = newChatId(session.id)
      await store.createChat(
        session,
        { id, key: null, data: {}, maxMessages: null, overflow: 'reject' },
        { maxChats: null, ifKeyTaken: 'reject' },
      )
      chats.push({ id, session })
    }
    const [turns, ...logs] = chats
    for (let writer = 0; writer < writers; writer++) {
      const chat = logs[writer % logs.length]
      if (chat !== undefined) load.#working.push(load.#write(writer, chat))
    }
    if (turns !== undefined) load.#working.push(load.#takeTurns(turns))
    load.#working.push(load.#createAndDelete(), load.#createAndDelete())
    return load
  }

  /** Waits until so many more messages were acknowledged: the store works. */
  async makesProgress(messages = 50, withinMs = 20_000): Promise<void> {
    const goal = this.ledger.acknowledged + messages
    const deadline = performance.now() + withinMs
    while (this.ledger.acknowledged < goal) {
      if (performance.now() > deadline)
        throw new Error(`no ${messages} messages were written in ${withinMs} ms: ${this.#lastFailures()}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Waits until so many more calls have failed: the fault has struck. */
  async meetsFailures(failures = 1, withinMs = 20_000): Promise<void> {
    const goal = this.ledger.failures.length + failures
    const deadline = performance.now() + withinMs
    while (this.ledger.failures.length < goal) {
      if (performance.now() > deadline) throw new Error(`no ${failures} calls failed in ${withinMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Lets everybody finish what is under way. */
  async stop(): Promise<Ledger> {
    this.#stopped = true
    await Promise.all(this.#working)
    return this.ledger
  }

  #lastFailures(): string {
    return JSON.stringify(this.ledger.failures.slice(-3))
  }

  async #write(writer: number, chat: ChatRef): Promise<void> {
    for (let count = 0; !this.#stopped; count++) {
      await breath()
      const message = { id: newId(), role: 'user' as const, content: `${writer} ${count}` }
      // Every other one that failed is given up; the rest is sent again until it is there, as a careful caller does.
      const gaveUp = count % 2 === 0
      let mayBeThere = false
      for (;;) {
        const result = await this.ledger.during('append', () => this.#store.appendMessages(chat, [message]))
        // What is not written by a repeat may have been by the call before it.
        mayBeThere ||= isFailure(result) && result.outcome !== 'not-written'
        const refusal = mayBeThere ? 'unknown' : 'not-written'
        const outcome = isFailure(result) ? refusal : { seq: result.seqs[0] ?? 0 }
        if (isFailure(result) && !gaveUp && !this.#stopped) {
          await pause()
          continue
        }
        this.ledger.note(chat, { writer, id: message.id, content: message.content, outcome })
        if (isFailure(result)) await pause()
        break
      }
    }
  }

  async #takeTurns(chat: ChatRef): Promise<void> {
    const fences: number[] = []
    this.ledger.fences.set(chat.id, fences)
    for (let count = 0; !this.#stopped; count++) {
      await breath()
      const turn = { turnId: newId(), leaseMs: 1_000, ifBusy: 'reject' as const }
      const grant = await this.ledger.during('beginTurn', () => this.#store.beginTurn(chat, turn))
      if (isFailure(grant)) {
        await pause()
        continue
      }
      const { fence } = grant
      fences.push(fence)
      for (const role of ['user', 'assistant'] as const) {
        const message = { id: newId(), role, content: `turn ${count} ${role}`, turnId: turn.turnId }
        const result = await this.ledger.during('append', () => this.#store.appendMessages(chat, [message], { fence }))
        const outcome = isFailure(result) ? (result.outcome ?? 'not-written') : { seq: result.seqs[0] ?? 0 }
        this.ledger.note(chat, { writer: -1, id: message.id, content: message.content, outcome })
      }
      await this.ledger.during('endTurn', () => this.#store.endTurn(chat, fence, { responseMs: 1 }))
    }
  }

  async #createAndDelete(): Promise<void> {
    while (!this.#stopped) {
      await breath()
      const id = newSessionId(this.owner)
      if (!(await this.#create(id))) continue
      this.ledger.sessions.add(id)
      // Some are left, up to half of the limit; the others go again.
      if (this.ledger.sessions.size < (this.quotas.user ?? 0) / 2) continue
      const operationId = newId()
      for (let isDone = false; !isDone; ) {
        const gone = await this.ledger.during('deleteSession', () =>
          this.#store.deleteSession({ id, owner: this.owner }, { operationId }),
        )
        isDone = !isFailure(gone)
        if (isDone) this.ledger.removed.add(id)
        else if (this.#stopped) break
        else await pause()
      }
      // Whether or not the removal is known to have happened, nobody counts on this one any more.
      this.ledger.sessions.delete(id)
    }
  }

  /** Creates a session, again and again as long as nobody knows whether it is there. Returns whether it is known to be. */
  async #create(id: string): Promise<boolean> {
    for (let mayBeThere = false; ; ) {
      const made = await this.ledger.during('createSession', () =>
        this.#store.createSession(this.#newSession(id), { quotas: this.quotas, ifKeyTaken: 'reject' }),
      )
      if (!isFailure(made)) return true
      const isFull = made.code === 'SESSION_LIMIT_REACHED'
      mayBeThere ||= !isFull && made.outcome !== 'not-written'
      if (!mayBeThere) this.ledger.refused.add(id)
      await pause()
      if (!mayBeThere || isFull || this.#stopped) return false
    }
  }

  #newSession(id: string) {
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    return { id, owner: this.owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
  }
}

/** What a caller waits before it tries again: long enough for others to run. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10))
}

/** A store in memory answers without ever letting a timer run. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
