import { randomBytes } from 'node:crypto'
import type { ClaimedSession, ClaimOptions } from '@sess/core'
import { sameOwner } from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import { type CountedChange, countChanges } from '../counters/count-changes.ts'
import { idBytes } from '../sql/bytes.ts'
import type { StoreParts } from '../store-parts.ts'
import { claimText } from './claim-text.ts'
import { dueMinute } from './save-session.ts'
import { type SessionState, sessionRecord, sessionState } from './session-state.ts'

/** Sessions in one transaction: it keeps counters locked that others want. */
const claimedAtOnce = 50

export async function claimExpired(
  parts: StoreParts,
  call: Call,
  { limit, leaseMs, only }: ClaimOptions,
): Promise<readonly ClaimedSession[]> {
  const claimed: ClaimedSession[] = []
  const id = only === undefined ? undefined : idBytes(only.id)
  if (id === null) return claimed
  while (claimed.length < limit) {
    const wanted = Math.min(claimedAtOnce, limit - claimed.length)
    const more = await claimSome(parts, call, wanted, leaseMs, id, (session) => {
      return only === undefined || sameOwner(session.owner, only.owner)
    })
    claimed.push(...more)
    if (more.length < wanted || id !== undefined) break
  }
  return claimed
}

async function claimSome(
  parts: StoreParts,
  call: Call,
  limit: number,
  leaseMs: number,
  id: Buffer | undefined,
  isWanted: (session: SessionState) => boolean,
): Promise<readonly ClaimedSession[]> {
  const { builder, counters, database, sessions } = parts
  const claim = randomBytes(16)
  return await database.write(call, async (transaction) => {
    const rows =
      id === undefined
        ? await transaction.rows(sessions.lockDue({ limit }))
        : await transaction.rows(sessions.lockAll({ ids: [id] }))
    const due = rows
      .map(sessionState)
      .filter((session) => session.now >= session.expiresAt && session.now >= session.claimedUntil && isWanted(session))
    if (due.length === 0) return []
    const now = Math.max(...due.map((session) => session.now))
    const after = due.map((session) => ({ ...session, lapsed: true, claim, claimedUntil: now + leaseMs }))
    const [first] = after
    await transaction.run(
      builder.db
        .updateTable(builder.named('session'))
        .set({ lapsed: 1, claim, claimed_until: now + leaseMs, due_minute: first === undefined ? 0 : dueMinute(first) })
        .where('id', 'in', sql<Buffer>`(${after.map(({ key }) => key)})`),
    )
    const changes = due.map((before, index): CountedChange => [before, after[index] ?? null])
    await countChanges(counters, transaction, changes)
    return due.map((session) => ({ session: sessionRecord(session), claim: claimText(claim, session.key) }))
  })
}
