import {
  isSessError,
  type Message,
  type Owner,
  type SessError,
  type Session,
  SessionManager,
  type SessionManagerOptions,
  type Store,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'

export const ada: Owner = { orgId: 'acme', userId: 'ada' }

/** A manager over a memory store that sweeps only when it is told to. */
export function newManager(options: Partial<SessionManagerOptions> = {}): SessionManager {
  return new SessionManager({ store: new MemoryStore(), cleanup: false, ...options })
}

export async function newSession(options: Partial<SessionManagerOptions> = {}): Promise<Session> {
  return await newManager(options).for(ada).createSession()
}

/** The error of sess that `work` throws or rejects with. */
export async function failure(work: () => unknown): Promise<SessError> {
  try {
    await work()
  } catch (error) {
    if (isSessError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** What of an error a caller may rely on. */
export async function codeAndDetails(work: () => unknown): Promise<readonly [string, unknown]> {
  const { code, details } = await failure(work)
  return [code, details]
}

export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('it is missing')
  return value
}

/** A store that does `before` ahead of each call: it may count, wait or throw. */
export function watched(store: Store, before: (method: string, args: readonly unknown[]) => unknown): Store {
  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        await before(String(property), args)
        return await (value as (...args: unknown[]) => unknown).apply(target, args)
      }
    },
  })
}

/** A message as `repairHistory` gets it. */
export function message(seq: number, role: Message['role'], content: Message['content']): Message {
  return Object.freeze({ id: `m${seq}`, seq, role, content, createdAt: seq })
}

export async function collected(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Bytes as they may come from a file or a socket. */
export async function* inPieces(bytes: Uint8Array, length = 65_536): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length)
}
