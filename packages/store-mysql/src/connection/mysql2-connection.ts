import type { PoolConnection, QueryValues } from 'mysql2'
import type { Query } from '../sql/statement.ts'
import { type Answer, type Connection, plainTransaction } from './connection.ts'

/** A connection of a mysql2 pool. `onGone` is called once, when it was given back or destroyed. */
export function mysql2Connection(raw: PoolConnection, onGone: () => void): Connection {
  let isHeld = true
  const leave = (how: () => void): void => {
    if (!isHeld) return
    isHeld = false
    onGone()
    how()
  }
  return {
    transaction: plainTransaction,
    send: (query) => send(raw, query),
    release: () => leave(() => raw.release()),
    destroy: () => leave(() => raw.destroy()),
  }
}

function send(raw: PoolConnection, { sql, parameters }: Query): Promise<Answer> {
  return new Promise((resolve, reject) => {
    raw.query(sql, [...parameters] as QueryValues, (error: unknown, result: unknown) => {
      if (error) reject(error)
      else resolve(answerOf(result))
    })
  })
}

/** SERVER_STATUS_IN_TRANS of the protocol. */
const inTransaction = 1

function answerOf(result: unknown): Answer {
  if (Array.isArray(result)) return { rows: result, affectedRows: 0, insertId: 0, isInTransaction: null }
  const {
    affectedRows = 0,
    insertId = 0,
    serverStatus,
  } = result as {
    readonly affectedRows?: number
    readonly insertId?: number | string
    readonly serverStatus?: number
  }
  const isInTransaction = serverStatus === undefined ? null : (serverStatus & inTransaction) !== 0
  return { rows: [], affectedRows, insertId: Number(insertId), isInTransaction }
}
