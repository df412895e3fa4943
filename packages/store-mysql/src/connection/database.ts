import { compiled, type Sendable } from '../sql/statement.ts'
import { type Call, DeadlineError, timeLeft, within } from './call.ts'
import type { Answer, Connection, ConnectionSource } from './connection.ts'
import { DriverError, driverError, timedOut } from './driver-error.ts'
import { unavailable } from './unavailable.ts'

/** Statements on one connection: one after another, in one transaction if they write. */
export interface Transaction {
  rows<Row>(query: Sendable<Row>): Promise<readonly Row[]>
  run(query: Sendable<unknown>): Promise<Pick<Answer, 'affectedRows' | 'insertId'>>
  /** An earlier attempt of this call may have landed. */
  readonly isRepeat: boolean
}

/** Runs what a call does until it is decided, or its deadline has passed. */
export class Database {
  readonly source: ConnectionSource

  constructor(source: ConnectionSource) {
    this.source = source
  }

  /** Runs single statements that only read. */
  read<Value>(call: Call, work: (reader: Transaction) => Promise<Value>): Promise<Value> {
    return this.#repeat(call, (isRepeat) =>
      this.#attempt(call, (connection) => work(transaction(connection, isRepeat))),
    )
  }

  /** Runs statements that all read the data as they are at one instant. */
  snapshot<Value>(call: Call, work: (reader: Transaction) => Promise<Value>): Promise<Value> {
    return this.#repeat(call, (isRepeat) =>
      this.#attempt(call, async (connection) => {
        await sent(connection, repeatableRead)
        await sent(connection, beginSnapshot)
        const value = await work(transaction(connection, isRepeat))
        await sent(connection, connection.transaction.commit)
        return value
      }),
    )
  }

  /** Runs a transaction: all of it lands, or nothing. A refusal that `work` throws rolls it back. */
  write<Value>(call: Call, work: (transaction: Transaction) => Promise<Value>): Promise<Value> {
    return this.#repeat(call, (isRepeat) =>
      this.#attempt(call, async (connection, progress) => {
        const { begin, commit } = connection.transaction
        if (begin !== null) await sent(connection, begin)
        const value = await work(transaction(connection, isRepeat))
        call.signal?.throwIfAborted()
        progress.isCommitting = true
        const { isInTransaction } = await sent(connection, commit)
        progress.isCommitting = false
        // Whoever has the connection next must find it as we did.
        progress.isOdd = isInTransaction === (begin !== null)
        return value
      }),
    )
  }

  async #repeat<Value>(call: Call, attempt: (isRepeat: boolean) => Promise<Value>): Promise<Value> {
    let mayHaveLanded = false
    let before: DriverError | null = null
    for (let tries = 0; ; tries++) {
      try {
        return await attempt(mayHaveLanded)
      } catch (error) {
        if (!(error instanceof DriverError) || isForCaller(error)) throw error
        mayHaveLanded ||= error.mayHaveLanded
        const delayMs = delayAfter(error, tries)
        // That the last try was cut short says less than what was waited for.
        const cause = before?.remedy === 'wait' && error.code === 'TIMEOUT' ? before : error
        if (delayMs === null || delayMs >= timeLeft(call)) throw unavailable(cause, mayHaveLanded)
        before = error
        await within(call, sleep(delayMs)).catch((reason: unknown) => {
          throw reason instanceof DeadlineError ? unavailable(error, mayHaveLanded) : reason
        })
      }
    }
  }

  async #attempt<Value>(
    call: Call,
    work: (connection: Connection, progress: Progress) => Promise<Value>,
  ): Promise<Value> {
    const connection = await this.source.acquire(call).catch((error: unknown) => {
      if (call.signal?.aborted) throw error
      throw error instanceof DeadlineError ? timedOut() : driverError(error)
    })
    const progress: Progress = { isCommitting: false, isOdd: false }
    const working = finish(connection, progress, () => work(connection, progress))
    try {
      return await within(call, working)
    } catch (error) {
      if (error instanceof DeadlineError) {
        connection.destroy()
        throw timedOut(progress.isCommitting)
      }
      // The caller has left. What is under way may end by itself, but not hold the connection for ever.
      if (call.signal?.aborted) endInTime(call, working, connection)
      throw error
    }
  }
}

interface Progress {
  isCommitting: boolean
  isOdd: boolean
}

// Of the next transaction only.
const repeatableRead = { sql: 'set transaction isolation level repeatable read', parameters: [] }
const beginSnapshot = { sql: 'start transaction with consistent snapshot', parameters: [] }

/** Gives the connection back as clean as it came, or destroys it. */
async function finish<Value>(connection: Connection, progress: Progress, work: () => Promise<Value>): Promise<Value> {
  try {
    const value = await work()
    if (progress.isOdd) connection.destroy()
    else connection.release()
    return value
  } catch (error) {
    const isLost = error instanceof DriverError && (error.remedy === 'reconnect' || error.remedy === 'wait')
    if (isLost) {
      connection.destroy()
      if (progress.isCommitting && error.remedy === 'reconnect') throw landed(error)
      throw error
    }
    await connection.send(connection.transaction.rollback).then(
      () => connection.release(),
      () => connection.destroy(),
    )
    throw error
  }
}

function transaction(connection: Connection, isRepeat: boolean): Transaction {
  return {
    rows: async <Row>(query: Sendable<Row>) => (await sent(connection, query)).rows as readonly Row[],
    run: (query) => sent(connection, query),
    isRepeat,
  }
}

async function sent(connection: Connection, query: Sendable<unknown>): Promise<Answer> {
  try {
    return await connection.send(compiled(query))
  } catch (error) {
    throw driverError(error)
  }
}

function endInTime(call: Call, working: Promise<unknown>, connection: Connection): void {
  within({ signal: undefined, deadlineAt: call.deadlineAt }, working).catch((error: unknown) => {
    if (error instanceof DeadlineError) connection.destroy()
  })
}

/** What the work can make something of, it gets as it is. */
function isForCaller({ remedy }: DriverError): boolean {
  return remedy === 'duplicate' || remedy === 'value'
}

function landed({ code, errno, remedy }: DriverError): DriverError {
  return new DriverError(code, errno, remedy, '', true)
}

/** Milliseconds to wait before another try, null if there should be none. */
function delayAfter({ remedy }: DriverError, tries: number): number | null {
  if (remedy === 'retry') return jittered(Math.min(100, 5 * 2 ** tries))
  if (remedy === 'reconnect') return tries === 0 ? 0 : jittered(Math.min(500, 25 * 2 ** tries))
  if (remedy === 'wait') return jittered(Math.min(1000, 100 * 2 ** tries))
  return null
}

function jittered(delayMs: number): number {
  return delayMs * (0.5 + Math.random() / 2)
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
