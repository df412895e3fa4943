import type { KeyObject } from 'node:crypto'
import type { AuditEvent } from '../audit-log.ts'
import { invalidArgument } from '../errors.ts'
import { newId } from '../id.ts'
import { type JsonObject, jsonBytes } from '../json.ts'
import type { Owner } from '../owner.ts'
import { type AuditKeys, checkedKey, checkedKeys } from './audit-keys.ts'
import { type AuditRecord, sealed } from './audit-record.ts'
import { pseudonym } from './pseudonym.ts'

/** The keys of a chain, and how its files are written. */
export interface AuditChainOptions {
  /** Exactly 32 random bytes each; not the keys that encrypt. */
  readonly keys: AuditKeys
  /** The name of the key that seals what is new. The others are there for {@link verifyAudit}. */
  readonly activeKey: string
  /**
   * With a key, the log has a keyed pseudonym in the place of each user id, and erasing a user leaves it valid. With null it has user ids
   * as they are.
   */
  readonly pseudonymKey: Uint8Array | null
}

/** How far a chain has got. */
export interface AuditHead {
  readonly seq: number
  readonly mac: string
}

/** An event; or what a log says of itself, which is nobody's. */
export type ChainEntry = Omit<AuditEvent, 'type' | 'owner'> & {
  readonly type: AuditEvent['type'] | 'chain-started' | 'records-lost'
  readonly owner: Owner | null
}

/** Bytes of details that one record keeps. */
const maxDetailsBytes = 4_096

/**
 * Makes records of events, each sealed together with the one before. A chain belongs to one writer; it is kept where the writer
 * keeps its lines.
 */
export class AuditChain {
  #id: string = newId()
  readonly #key: KeyObject
  readonly #kid: string
  readonly #pseudonymKey: KeyObject | null
  #head: AuditHead = { seq: 0, mac: '' }

  /** @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
  constructor({ keys, activeKey, pseudonymKey }: AuditChainOptions) {
    const key = checkedKeys(keys).get(activeKey)
    if (key === undefined) throw invalidArgument('activeKey', 'must be the name of one of the keys')
    this.#key = key
    this.#kid = activeKey
    if (pseudonymKey === undefined) throw invalidArgument('pseudonymKey', 'must be a key, or null for plain user ids')
    this.#pseudonymKey = pseudonymKey === null ? null : checkedKey(pseudonymKey, 'pseudonymKey')
  }

  get id(): string {
    return this.#id
  }

  get head(): AuditHead {
    return this.#head
  }

  /** The lines of events, in order, and the head they lead to. They count once {@link AuditChain.advance} was told of it. */
  seal(entries: readonly ChainEntry[]): { readonly lines: readonly string[]; readonly head: AuditHead } {
    let head = this.#head
    const lines = entries.map((entry) => {
      const { line, mac } = sealed(this.#record(entry, head), this.#key)
      head = { seq: head.seq + 1, mac }
      return line
    })
    return { lines, head }
  }

  /** The lines up to `head` are kept. */
  advance(head: AuditHead): void {
    this.#head = head
  }

  /** Begins another chain, with the same keys. */
  restart(): void {
    this.#id = newId()
    this.#head = { seq: 0, mac: '' }
  }

  #record({ type, owner, actor, sessionId, chatId, outcome, details, at }: ChainEntry, head: AuditHead): AuditRecord {
    return {
      v: 1,
      chain: this.#id,
      seq: head.seq + 1,
      at: new Date(at).toISOString(),
      type,
      outcome,
      org: owner === null ? null : owner.orgId,
      user: owner === null ? null : this.#nameOf(owner),
      actor,
      session: sessionId,
      chat: chatId,
      details: boundedDetails(details),
      kid: this.#kid,
      prev: head.mac,
    }
  }

  #nameOf(owner: Owner): string {
    return this.#pseudonymKey === null ? owner.userId : pseudonym(owner, this.#pseudonymKey)
  }
}

function boundedDetails(details: JsonObject): JsonObject {
  const bytes = jsonBytes(details)
  return bytes <= maxDetailsBytes ? details : { droppedBytes: bytes }
}
