import type { Transaction } from '../connection/database.ts'
import { type Status, statusNames } from '../sessions/status.ts'
import { storeScope } from '../sql/bytes.ts'
import type { CounterStatements, OwnerRow } from './counter-statements.ts'
import { Totals } from './totals.ts'

/** What of a session is counted. */
interface Counted {
  readonly ownerKey: Buffer
  readonly orgKey: Buffer
  readonly status: Status
  readonly lapsed: boolean
  readonly chats: number
  readonly messages: number
}

/** A session before and after a change; null where there is none. */
export type CountedChange = readonly [before: Counted | null, after: Counted | null]

type Counts = Record<Status, number>

/** Shards of the counters of an organisation and of the store, so that writers do not all wait for one row. */
export const shards = 16

/** Another one for each transaction: those of one process should not wait for each other either. */
export function anyShard(): number {
  return Math.floor(Math.random() * shards)
}

/** `chat_id` of a tally in this shard: never zero, which is a session's own row. */
export function tallyKey(shard: number): Buffer {
  const bytes = Buffer.alloc(16, 0xff)
  bytes[15] = shard
  return bytes
}

/**
 * Brings the counters of owners, organisations and the store up to date. They count every session until it is removed,
 * or noticed to have expired (`lapsed`); who reads them takes away what expired since.
 *
 * Rows are locked in one order by everybody: owners, organisations, the store, and last the tallies.
 *
 * @returns the server's clock, if a session came, went or changed its status.
 */
export async function countChanges(
  counters: CounterStatements,
  transaction: Transaction,
  changes: readonly CountedChange[],
): Promise<number | null> {
  const owners = new Totals<Counts>(noCounts)
  const scopes = new Totals({ ...noCounts, users: 0 })
  const tallies = new Totals({ chats: 0, messages: 0 })
  const orgs = new Map<string, Buffer>()
  for (const [session, sign] of changes.flatMap(signed)) {
    const { ownerKey, orgKey, status, chats, messages } = session
    orgs.set(ownerKey.toString('latin1'), orgKey)
    for (const counts of [owners.of(ownerKey), scopes.of(orgKey), scopes.of(storeScope)]) counts[status] += sign
    if (status === 'pending') continue
    for (const tally of [tallies.of(orgKey), tallies.of(storeScope)]) {
      tally.chats += sign * chats
      tally.messages += sign * messages
    }
  }
  const shard = anyShard()
  const now = await countOwners(counters, transaction, owners, (owner, change) => {
    scopes.of(orgs.get(owner.toString('latin1')) ?? storeScope).users += change
    scopes.of(storeScope).users += change
  })
  const quotas = scopes.changed().map(([scope, counts]) => [scope, shard, ...inOrder(counts), counts.users])
  if (quotas.length > 0) await transaction.run(counters.growQuotas({ rows: quotas }))
  const sums = tallies.changed().map(([scope, { chats, messages }]) => [scope, tallyKey(shard), chats, messages])
  if (sums.length > 0) await transaction.run(counters.growTallies({ rows: sums }))
  return now
}

/** An owner is a user while a session of his is in the lists; `usersChange` is told who became one, and who no longer is. */
async function countOwners(
  counters: CounterStatements,
  transaction: Transaction,
  owners: Totals<Counts>,
  usersChange: (owner: Buffer, change: number) => void,
): Promise<number | null> {
  const changed = owners.changed()
  if (changed.length === 0) return null
  await transaction.run(counters.growOwners({ rows: changed.map(([owner, counts]) => [owner, ...inOrder(counts)]) }))
  // Locked by that: nobody else changes them now.
  const rows = await transaction.rows(counters.readOwners({ owners: changed.map(([owner]) => owner) }))
  const gone: Buffer[] = []
  for (const row of rows) {
    const listed = listedIn(row)
    const before = listed - listedIn(owners.of(row.owner))
    usersChange(row.owner, Number(listed > 0) - Number(before > 0))
    if (listed === 0 && Number(row.pending) === 0) gone.push(row.owner)
  }
  if (gone.length > 0) await transaction.run(counters.removeOwners({ owners: gone }))
  return Number(rows[0]?.now)
}

function signed([before, after]: CountedChange): (readonly [Counted, 1 | -1])[] {
  const both: (readonly [Counted, 1 | -1])[] = []
  if (before !== null && !before.lapsed) both.push([before, -1])
  if (after !== null && !after.lapsed) both.push([after, 1])
  return both
}

function listedIn({ active, paused, archived, closed }: Counts | OwnerRow): number {
  return Number(active) + Number(paused) + Number(archived) + Number(closed)
}

const noCounts: Counts = { pending: 0, active: 0, paused: 0, archived: 0, closed: 0 }

/** In the order in which the statements have the columns. */
function inOrder(counts: Counts): readonly number[] {
  return statusNames.map((status) => counts[status])
}
