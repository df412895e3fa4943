import { hash } from 'node:crypto'
import { isId, type Owner, type SessionRef } from '@sess/core'

/**
 * Spells every key. All that an owner has shares the hash tag of its ids, `<prefix>{<tag>}:`; indexes of an organisation are
 * under `<prefix>{o<hash>}:`, those of the store under `<prefix>{g<shard>}:`. Scripts make the names of further parts from these.
 */
export class Keys {
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  session(id: string): string {
    return `${this.#prefix}{${tagOf(id)}}:s:${id}`
  }

  /** A pattern that the keys of all sessions match. */
  anySession(): string {
    return `${this.#prefix.replace(/[*?[\]\\]/g, '\\$&')}{????}:s:*`
  }

  context(sessionId: string): string {
    return `${this.#prefix}{${tagOf(sessionId)}}:x:${sessionId}`
  }

  /** The key of a chat in the slot of its session. A chat that cannot be in there has one that never exists. */
  chat(id: string, sessionId: string): string {
    return `${this.#prefix}{${tagOf(sessionId)}}:c:${this.chatName(id, sessionId)}`
  }

  /** What names a chat in the hash of its session. */
  chatName(id: string, sessionId: string): string {
    return isId(id) && tagOf(id) === tagOf(sessionId) ? id : '-'
  }

  /** The list of a chat's messages. */
  messages(chatId: string, sessionId: string): string {
    return this.chat(chatId, sessionId).replace(/:c:([^:]*)$/, ':m:$1')
  }

  ownerIndex(owner: Owner, tag: string): string {
    return `${this.#prefix}{${tag}}:o:${ownerHash(owner)}`
  }

  orgIndex(hash: string): string {
    return `${this.#prefix}{o${hash}}`
  }

  storeIndex(shard: number): string {
    return `${this.#prefix}{g${shard}}`
  }
}

/** The digits that the ids of one owner end with. */
export function tagOf(id: string): string {
  return id.slice(-4)
}

/** Tells owners apart in the records: 132 bits of SHA-256. */
export function ownerHash({ orgId, userId }: Owner): string {
  return memo(`${orgId.length}:${orgId}${userId}`)
}

export function orgHash(orgId: string): string {
  return memo(`:${orgId}`)
}

/** An operation or turn id as it is remembered: 96 bits of SHA-256. */
export function token(operationId: string): string {
  return digest(operationId, 16)
}

/** Whether there can be a session of this name. Anything else is like a missing one, and never becomes part of a key. */
export function isNamed(ref: SessionRef): boolean {
  return isId(ref.id)
}

export function digest(text: string, length: number): string {
  return hash('sha256', text, 'base64url').slice(0, length)
}

/** Hashes of names that were used lately. They depend on nothing but the name. */
const hashes = new Map<string, string>()

function memo(name: string): string {
  const known = hashes.get(name)
  if (known !== undefined) return known
  if (hashes.size > 10_000) hashes.clear()
  const made = digest(name, 22)
  hashes.set(name, made)
  return made
}
