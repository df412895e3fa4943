import { SessError, type SessionQuotas } from '@sess/core'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { storeScope } from '../sql/bytes.ts'
import type { RowValue } from '../sql/row-list.ts'
import type { StoreParts } from '../store-parts.ts'
import { type CountedChange, countChanges, shards } from './count-changes.ts'
import { lapseSessions } from './lapse-sessions.ts'
import type { Scope, Scopes } from './scope.ts'

/** Thrown inside a transaction: a scope is full by its counters, though expired sessions may be among them. */
export class FullScope extends Error {
  readonly scope: Scope
  constructor(scope: Scope) {
    super(`the ${scope} is full`)
    this.scope = scope
  }
}

/** Thrown inside a transaction: so near to a limit that all shards have to be locked. */
export class CrowdedScope extends Error {}

/** The narrowest limit speaks first. */
const scopeNames: readonly Scope[] = ['user', 'org', 'store']

/**
 * Takes a place for one more session in all three scopes, or throws {@link FullScope} or {@link CrowdedScope}.
 *
 * Far from the limit a writer locks its own shard only. It cannot overrun: each shard has one such writer at a time, and
 * each of them still saw room for all the others. Near to it (`isCrowded`) every shard is locked and the sum is exact.
 *
 * @returns the server's clock.
 */
export async function takePlace(
  { counters }: StoreParts,
  transaction: Transaction,
  change: CountedChange,
  { ownerKey, orgKey }: Scopes,
  quotas: SessionQuotas,
  isCrowded: boolean,
): Promise<number | null> {
  if (isCrowded) {
    // Growing by nothing locks what is there, and makes what is not: a row that is missing cannot be locked. The
    // owner's row comes before the shards in everybody's order of locks.
    await transaction.run(counters.growOwners({ rows: [[ownerKey, ...noStatuses]] }))
    if (quotas.org !== null) await transaction.run(counters.growQuotas({ rows: allShards(orgKey) }))
    if (quotas.store !== null) await transaction.run(counters.growQuotas({ rows: allShards(storeScope) }))
  }
  const now = await countChanges(counters, transaction, [change])
  for (const { scope, limit, taken } of await limitsOf(counters, transaction, { ownerKey, orgKey }, quotas)) {
    if (taken > limit) throw new FullScope(scope)
    if (scope !== 'user' && !isCrowded && taken + shards > limit) throw new CrowdedScope()
  }
  return now
}

/**
 * Whether a limit is so near that it must be checked with all shards locked.
 *
 * @throws {@link FullScope} for the narrowest scope whose counters are at its limit.
 */
export async function isCrowded(
  { counters }: StoreParts,
  reader: Transaction,
  scopes: Scopes,
  quotas: SessionQuotas,
): Promise<boolean> {
  let crowded = false
  for (const { scope, limit, taken } of await limitsOf(counters, reader, scopes, quotas)) {
    if (taken >= limit) throw new FullScope(scope)
    if (scope !== 'user' && taken + shards >= limit) crowded = true
  }
  return crowded
}

/**
 * What to do about a scope that is full by its counters: those that expired give their places back.
 *
 * @throws {@link SessError} `SESSION_LIMIT_REACHED` if it is full without them.
 */
export async function makeRoom(
  parts: StoreParts,
  call: Call,
  scope: Scope,
  { ownerKey, orgKey }: Scopes,
  quotas: SessionQuotas,
): Promise<void> {
  const limit = quotas[scope] ?? 0
  const { counters, database } = parts
  const expired = await database.read(call, async (reader) => {
    const [row] = await reader.rows(counters.living[scope]({ ownerKey, orgKey }))
    if (Number(row?.living ?? 0) >= limit) throw limitReached(scope, limit)
    return await reader.rows(counters.expired[scope]({ ownerKey, orgKey }))
  })
  await lapseSessions(
    parts,
    call,
    expired.map(({ id }) => id),
  )
}

interface LimitState {
  readonly scope: Scope
  readonly limit: number
  readonly taken: number
}

/** What is taken of each scope that has a limit. */
async function limitsOf(
  counters: StoreParts['counters'],
  reader: Transaction,
  { ownerKey, orgKey }: Scopes,
  quotas: SessionQuotas,
): Promise<readonly LimitState[]> {
  const limited = scopeNames.filter((scope) => quotas[scope] !== null)
  if (limited.length === 0) return []
  const rows = await reader.rows(counters.taken({ ownerKey, orgKey }))
  return limited.map((scope) => ({
    scope,
    limit: quotas[scope] ?? 0,
    taken: Number(rows.find((row) => row.scope === scope)?.taken ?? 0),
  }))
}

const noStatuses: readonly number[] = [0, 0, 0, 0, 0]

function allShards(scope: Buffer): readonly (readonly RowValue[])[] {
  return Array.from({ length: shards }, (_, shard) => [scope, shard, ...noStatuses, 0])
}

function limitReached(scope: Scope, limit: number): SessError {
  return new SessError('SESSION_LIMIT_REACHED', `at most ${limit} sessions are allowed (${scope})`, { scope, limit })
}
