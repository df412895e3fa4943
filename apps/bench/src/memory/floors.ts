import type { Message, NewMessage, NewStoredSession } from '@sess/core'

/** What benchmarks need of a store written by hand: both floors have it, so that one driver runs them. */
export interface Floor {
  createSession(session: NewStoredSession): Promise<void>
  getSession(id: string): Promise<unknown>
  append(sessionId: string, message: NewMessage): Promise<number>
  readLast(sessionId: string, count: number): Promise<readonly unknown[]>
}

/** Floor A, which nothing can be faster than: a Map of arrays that keeps the caller's own objects. No limit, no copy, no check. */
export class BareMap implements Floor {
  readonly #sessions = new Map<string, { session: NewStoredSession; messages: NewMessage[] }>()

  async createSession(session: NewStoredSession): Promise<void> {
    this.#sessions.set(session.id, { session, messages: [] })
  }

  async getSession(id: string): Promise<unknown> {
    return this.#sessions.get(id)?.session
  }

  async append(sessionId: string, message: NewMessage): Promise<number> {
    return this.#sessions.get(sessionId)?.messages.push(message) ?? 0
  }

  async readLast(sessionId: string, count: number): Promise<readonly unknown[]> {
    return this.#sessions.get(sessionId)?.messages.slice(-count) ?? []
  }
}

/**
 * Floor B, what a careful developer writes: values are cloned on the way in, the list is copied on the way out, there is a
 * limit of sessions per user and of messages per chat, and idle sessions expire. No ids remembered, no turns, no lists.
 */
export class CarefulMap implements Floor {
  readonly #sessions = new Map<
    string,
    { session: NewStoredSession; messages: Message[]; seq: number; expiresAt: number }
  >()
  readonly #countOf = new Map<string, number>()
  readonly #maxMessages: number

  constructor(maxMessages: number | undefined = Infinity) {
    this.#maxMessages = maxMessages
  }

  async createSession(session: NewStoredSession): Promise<void> {
    const { orgId, userId } = session.owner
    const user = JSON.stringify([orgId, userId])
    const count = this.#countOf.get(user) ?? 0
    if (count >= 1000) throw new Error('limit reached')
    this.#countOf.set(user, count + 1)
    this.#sessions.set(session.id, {
      session: structuredClone(session),
      messages: [],
      seq: 0,
      expiresAt: Date.now() + 86_400_000,
    })
  }

  async getSession(id: string): Promise<unknown> {
    return { ...this.#find(id).session }
  }

  async append(sessionId: string, message: NewMessage): Promise<number> {
    const entry = this.#find(sessionId)
    const now = Date.now()
    const seq = ++entry.seq
    entry.messages.push({ ...structuredClone(message), seq, createdAt: now })
    if (entry.messages.length > this.#maxMessages) entry.messages.shift()
    entry.expiresAt = now + 86_400_000
    return seq
  }

  async readLast(sessionId: string, count: number): Promise<readonly unknown[]> {
    return this.#find(sessionId).messages.slice(-count)
  }

  #find(id: string): { session: NewStoredSession; messages: Message[]; seq: number; expiresAt: number } {
    const entry = this.#sessions.get(id)
    if (entry === undefined || entry.expiresAt <= Date.now()) throw new Error('not found')
    return entry
  }
}
