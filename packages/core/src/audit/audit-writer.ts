import type { AuditEvent, AuditLog } from '../audit-log.ts'
import { invalidArgument, SessError } from '../errors.ts'
import { AuditChain, type AuditChainOptions, type AuditHead, type ChainEntry } from './audit-chain.ts'
import type { AuditPlace } from './audit-place.ts'

/** The keys of an audit log, and how much may wait. */
export interface AuditWriterOptions extends AuditChainOptions {
  /** Events that may wait to be written; more are refused, and the log says how many. @default 10_000 */
  readonly maxWaiting?: number | undefined
}

interface Waiting {
  readonly entry: ChainEntry
  readonly kept: () => void
  readonly refused: (error: unknown) => void
}

/** An audit log of one writer: a chain of its own, kept in a place that it may share with any number of others. */
export class AuditWriter implements AuditLog {
  readonly #place: AuditPlace
  readonly #chain: AuditChain
  readonly #maxWaiting: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null
  #lost = 0
  /** The chain that a failure ended, and how far it is known to be kept. */
  #ended: { readonly id: string; readonly head: AuditHead } | null = null
  #closing: Promise<void> | null = null

  /** Writes nothing yet. @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
  constructor(place: AuditPlace, options: AuditWriterOptions) {
    const { maxWaiting = 10_000 } = options
    if (!Number.isSafeInteger(maxWaiting) || maxWaiting < 1)
      throw invalidArgument('maxWaiting', 'must be a whole number from 1 up')
    this.#place = place
    this.#chain = new AuditChain(options)
    this.#maxWaiting = maxWaiting
  }

  /** The name of the chain that is written now. After a failure it is another one. */
  get chain(): string {
    return this.#chain.id
  }

  /**
   * Resolves once the event is kept. Events that come while others are being written go together, in order.
   *
   * @throws {@link SessError} `CLOSED`; `INVALID_ARGUMENT` without a time; `AUDIT_FAILED` with the reason as its cause. The event may be in the log all the same; the next one that
   * is kept says how many were not told to be.
   */
  async record(event: AuditEvent): Promise<void> {
    if (this.#closing !== null) throw new SessError('CLOSED', 'the audit log was closed', {})
    if (this.#waiting.length >= this.#maxWaiting) {
      this.#lost++
      throw notKept(event.type, 'too many events wait to be written')
    }
    if (!Number.isSafeInteger(event.at)) throw invalidArgument('event.at', 'must be epoch milliseconds')
    const keeping = new Promise<void>((kept, refused) => this.#waiting.push({ entry: event, kept, refused }))
    this.#writing ??= this.#writeAll()
    await keeping
  }

  /** Writes what waits, and closes the place. Later events are refused; closing again waits for the first. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#writing
    await this.#place.close()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#write(batch.map(({ entry }) => entry))
        for (const { kept } of batch) kept()
      } catch (cause) {
        this.#leaveChain()
        this.#lost += batch.length
        for (const { entry, refused } of batch) refused(notKept(entry.type, 'it could not be written', cause))
      }
    }
    this.#writing = null
  }

  async #write(events: readonly ChainEntry[]): Promise<void> {
    const { head, id } = this.#chain
    const at = events[0]?.at ?? Date.now()
    const opening = head.seq === 0 ? [ofTheLog('chain-started', { heads: await this.#otherHeads() }, at)] : []
    const lost = this.#lost
    const gap = lost === 0 ? [] : [ofTheLog('records-lost', { count: lost }, at)]
    const { lines, head: next } = this.#chain.seal([...opening, ...gap, ...events])
    await this.#place.append(id, head.seq + 1, lines)
    this.#lost -= lost
    this.#chain.advance(next)
  }

  /** What was being written may be there, whole or in part: a second record in the same place of the chain would be a fork. */
  #leaveChain(): void {
    const { id, head } = this.#chain
    if (head.seq > 0) this.#ended = { id, head }
    this.#chain.restart()
  }

  async #otherHeads(): Promise<Record<string, readonly [number, string]>> {
    const heads = { ...(await this.#place.heads()) }
    // What stands there behind the head that is known may not last.
    if (this.#ended !== null) heads[this.#ended.id] = this.#ended.head
    return Object.fromEntries(Object.entries(heads).map(([chain, { seq, mac }]) => [chain, [seq, mac] as const]))
  }
}

function ofTheLog(type: 'chain-started' | 'records-lost', details: ChainEntry['details'], at: number): ChainEntry {
  return { type, owner: null, actor: null, sessionId: null, chatId: null, outcome: 'ok', details, at }
}

function notKept(event: string, problem: string, cause?: unknown): SessError<'AUDIT_FAILED'> {
  return new SessError('AUDIT_FAILED', `the audit log did not keep ${event}: ${problem}`, { event }, { cause })
}
