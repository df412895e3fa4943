import { randomBytes } from 'node:crypto'
import type { Message, NewMessage } from '@sess/core'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { closedLoop, type Load } from '../closed-loop.ts'
import type { Contestant } from '../measure.ts'
import { textMessages } from '../samples.ts'

/** Chats that the rounds insert into. */
const chats = 64

/** One INSERT for each message, which commits by itself, into a table of the shape of the store's. */
export function insertRounds(name: string, pool: Pool, prefix: string, load: Load): Contestant {
  const logs = Array.from({ length: chats }, () => randomBytes(16))
  let seq = 0
  return {
    name,
    async prepare() {
      const rows = textMessages(load.operations).map((message, index) => rowOf(message, logs[index % chats], ++seq))
      return () =>
        closedLoop(load, (index) => pool.query(`INSERT INTO ${prefix}floor_message VALUES (?)`, [rows[index]]))
    },
  }
}

/** The newest 50 by the primary key, each parsed. */
export function selectRounds(name: string, pool: Pool, prefix: string, log: Buffer, load: Load): Contestant {
  const text = `SELECT seq, id, role, created_at, body FROM ${prefix}floor_message WHERE log_id = ? ORDER BY seq DESC LIMIT 50`
  return {
    name,
    prepare: async () => () =>
      closedLoop(load, async () => {
        const [rows] = await pool.query<RowDataPacket[]>(text, [log])
        const messages = rows.reverse().map(({ seq, id, created_at, body }) => ({
          ...(JSON.parse(body.toString()) as Message),
          id: id.toString(),
          seq,
          createdAt: created_at,
        }))
        if (messages.length === 0) throw new Error('nothing was read')
      }),
  }
}

/** Makes the table of the floor, of the shape of the store's. */
export async function makeMessageTable(pool: Pool, prefix: string): Promise<void> {
  await pool.query(`CREATE TABLE ${prefix}floor_message LIKE ${prefix}message`)
}

/** @returns the log that was made. */
export async function fillLog(pool: Pool, prefix: string, count: number): Promise<Buffer> {
  const log = randomBytes(16)
  for (let done = 0; done < count; done += 500) {
    const rows = textMessages(Math.min(500, count - done)).map((message, index) =>
      rowOf(message, log, done + index + 1),
    )
    await pool.query(`INSERT INTO ${prefix}floor_message VALUES ?`, [rows])
  }
  return log
}

function rowOf({ id, content }: NewMessage, log: Buffer | undefined, seq: number): readonly unknown[] {
  return [log, seq, id, 1, 1_760_000_000_000, 0, 0, JSON.stringify({ content })]
}
