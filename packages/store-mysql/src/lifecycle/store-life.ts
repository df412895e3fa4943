import { type CallOptions, invalidArgument, SessError, SessionCodecs, type StoreHealth } from '@sess/core'
import { chatStatements } from '../chats/chat-statements.ts'
import { type Call, newCall, within } from '../connection/call.ts'
import { Database } from '../connection/database.ts'
import { sourceOf } from '../connection/source-of.ts'
import { told } from '../connection/unavailable.ts'
import { counterStatements } from '../counters/counter-statements.ts'
import { AppendQueue } from '../messages/append-queue.ts'
import { LastHeads } from '../messages/last-heads.ts'
import { messageStatements } from '../messages/message-statements.ts'
import type { CheckedOptions } from '../options.ts'
import { migrate } from '../schema/migrate.ts'
import { assertCurrent, assertOurs, readSchema } from '../schema/read-schema.ts'
import { ExpiredRemover } from '../sessions/remove-expired.ts'
import { sessionKeys } from '../sessions/session-keys.ts'
import { sessionStatements } from '../sessions/session-statements.ts'
import { rowWriter } from '../sql/row-writer.ts'
import { SealedRecords } from '../sql/sealed-records.ts'
import { sqlBuilder } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { storeHealth } from './health.ts'
import { Purge } from './purge.ts'
import { serverFacts } from './server-facts.ts'

/** From the constructor to the last call: opens what the store needs with the first one, and closes it after the last. */
export class StoreLife {
  readonly #options: CheckedOptions
  readonly #underWay = new Set<Promise<unknown>>()
  #parts: StoreParts | null = null
  #queue: AppendQueue | null = null
  #remover: ExpiredRemover | null = null
  #opening: Promise<void> | null = null
  #isOpen = false
  #closing: Promise<void> | null = null
  #lastNow = 0

  constructor(options: CheckedOptions) {
    this.#options = options
  }

  get queue(): AppendQueue {
    this.#queue ??= new AppendQueue(this.#connected())
    return this.#queue
  }

  get remover(): ExpiredRemover {
    this.#remover ??= new ExpiredRemover(this.#connected())
    return this.#remover
  }

  /** Runs a call of the store. @throws the reason of an aborted signal; {@link SessError} `CLOSED`. */
  async run<Value>(
    options: CallOptions | undefined,
    work: (parts: StoreParts, call: Call) => Promise<Value>,
  ): Promise<Value> {
    return await this.#track(options, async (call) => {
      if (this.#isOpen) return await work(this.#connected(), call)
      await this.#open(call)
      return await work(this.#connected(), call)
    })
  }

  async migrate(options: CallOptions | undefined): Promise<void> {
    await this.#track(options, (call) => this.#migrate(call))
  }

  async health(options: CallOptions | undefined): Promise<StoreHealth> {
    return await this.#track(options, async (call) => {
      const health = await storeHealth(this.#connected(), call, this.#options.tablePrefix, this.#lastNow)
      this.#lastNow = health.now
      return health
    })
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end()
    await this.#closing
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    if (this.#parts === null) return
    await this.#queue?.close()
    await this.#parts.purge.close()
    await this.#parts.database.source.close()
  }

  async #track<Value>(options: CallOptions | undefined, work: (call: Call) => Promise<Value>): Promise<Value> {
    options?.signal?.throwIfAborted()
    if (this.#closing !== null) throw new SessError('CLOSED', 'the store was closed', {})
    const working = work(newCall(options, this.#options.timeoutMs))
    this.#underWay.add(working)
    try {
      return await working
    } catch (error) {
      throw told(error)
    } finally {
      this.#underWay.delete(working)
    }
  }

  /** Once for all who ask at the same time; if it fails, the next call tries again. */
  async #open(call: Call): Promise<void> {
    this.#opening ??= this.#check(newCall(undefined, this.#options.timeoutMs)).finally(() => {
      this.#opening = null
    })
    await within(call, this.#opening)
  }

  async #check(call: Call): Promise<void> {
    const { tablePrefix, migrate: mode } = this.#options
    const { builder, database, limits } = this.#connected()
    const { schema, facts } = await database.read(call, async (reader) => {
      const schema = await readSchema(reader, builder, tablePrefix)
      return { schema, facts: await serverFacts(reader) }
    })
    assertOurs(schema, tablePrefix)
    if (!facts.isUtf8)
      throw invalidArgument('pool' in this.#options.source ? 'pool' : 'kysely', 'must have the charset utf8mb4')
    limits.messageBytes = facts.maxPacketBytes - 65_536
    limits.statementBytes = facts.maxPacketBytes >> 2
    try {
      assertCurrent(schema, tablePrefix)
    } catch (error) {
      if (mode === 'check') throw error
      await this.#migrate(call)
    }
    this.#isOpen = true
  }

  #migrate(call: Call): Promise<void> {
    const { builder, database } = this.#connected()
    return migrate(database, builder, call, this.#options.tablePrefix)
  }

  /** What the methods work with. Nothing is connected before the first statement. */
  #connected(): StoreParts {
    this.#parts ??= partsOf(this.#options)
    return this.#parts
  }
}

function partsOf(options: CheckedOptions): StoreParts {
  const database = new Database(sourceOf(options))
  const builder = sqlBuilder(options.tablePrefix)
  const { codec, timeoutMs } = options
  const codecs =
    codec === null
      ? null
      : new SessionCodecs(
          codec,
          sessionKeys(() => parts, timeoutMs),
        )
  const parts: StoreParts = {
    database,
    builder,
    rows: rowWriter(builder),
    counters: counterStatements(builder),
    sessions: sessionStatements(builder),
    chats: chatStatements(builder),
    messages: messageStatements(builder),
    lastHeads: new LastHeads(),
    purge: new Purge(database, builder),
    limits: { messageBytes: 0, statementBytes: 0 },
    codecs,
    records: new SealedRecords(codecs),
  }
  return parts
}
