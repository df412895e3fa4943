import { sql } from 'kysely'
import type { Transaction } from '../connection/database.ts'
import type { StoreParts } from '../store-parts.ts'
import type { Knowledge } from './knowledge.ts'

/** Looks up which of the ids are there. */
export async function learnMessages(
  { messages }: StoreParts,
  transaction: Transaction,
  knowledge: Knowledge,
  ids: readonly (readonly [log: Buffer, id: string])[],
): Promise<void> {
  const pairs = ids.map(([log, id]) => [log, Buffer.from(id)] as const)
  knowledge.learnMessages(ids, pairs.length === 0 ? [] : await transaction.rows(messages.findByIds({ pairs })))
}

/** Messages looked at from each place: most searches end after a few. */
const looked = 64

/** Looks up the marks of the messages from each place on. */
export async function learnMarks(
  { builder }: StoreParts,
  transaction: Transaction,
  knowledge: Knowledge,
  places: readonly (readonly [log: Buffer, seq: number])[],
): Promise<void> {
  const { db, named } = builder
  const found = places.map(([log, seq]) =>
    db
      .selectFrom(named('message'))
      .select([sql<Buffer>`log_id`.as('log_id'), 'seq', 'open_before', 'results'])
      .where('log_id', '=', log)
      .where('seq', '>=', seq)
      .orderBy('seq')
      .limit(looked),
  )
  const [first, ...others] = found
  if (first === undefined) return
  // In parentheses, as each has its own limit.
  const all = others.reduce((union, query) => sql`${union} union all (${query})`, sql`(${first})`)
  const rows = await transaction.rows(builder.raw(sql<MarkRow>`${all}`))
  for (const { log_id, seq, open_before, results } of rows)
    knowledge.learnMark(log_id, Number(seq), { begins: open_before === 0 && results === 0, hasResults: results > 0 })
}

interface MarkRow {
  readonly log_id: Buffer
  readonly seq: number
  readonly open_before: number
  readonly results: number
}
