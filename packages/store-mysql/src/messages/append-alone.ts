import type { Transaction } from '../connection/database.ts'
import { DriverError } from '../connection/driver-error.ts'
import type { StoreParts } from '../store-parts.ts'
import { type AppendCall, type AppendPlan, planAppends } from './append-plan.ts'
import { keptMessages } from './heads.ts'
import { Knowledge } from './knowledge.ts'
import type { LastHead } from './last-heads.ts'
import { type IfSameValues, planned } from './message-statements.ts'
import type { Draft } from './stored-message.ts'

/**
 * Inserts a message on the guess that its session and chat are as this process left them, which saves reading them first: one
 * statement locks them, compares, and inserts.
 *
 * @returns null if the guess was wrong, there was none, or it takes more than that. Nothing was written.
 */
export async function insertGuessed(
  parts: StoreParts,
  transaction: Transaction,
  call: AppendCall,
): Promise<{ readonly plan: AppendPlan; readonly found: LastHead } | null> {
  const last = parts.lastHeads.of(call)
  if (last === null) return null
  // The time is not known yet. Only those of the rows depend on it.
  const draft = onlyMessage(planAt(call, last, last.session.last_active_at), call)
  if (draft === null) return null
  const { affectedRows, insertId: now } = await transaction
    .run(parts.messages.insertIfSame(valuesOf(call, last, draft)))
    .catch((error: unknown) => {
      // Its id is there, which somebody has to look at.
      if (error instanceof DriverError && error.remedy === 'duplicate') return nothing
      throw error
    })
  if (affectedRows === 0) {
    parts.lastHeads.wasWrong(call)
    return null
  }
  const plan = planAt(call, last, now)
  if (now > 0 && onlyMessage(plan, call) !== null) return { plan, found: last }
  // It had expired by then, or something in between does not tell the clock. To be tried again from the beginning.
  parts.lastHeads.wasWrong(call)
  throw new DriverError('GUESS_FAILED', 0, 'retry', '', false)
}

function valuesOf({ sessionKey, chatKey, fence }: AppendCall, { session, chat }: LastHead, draft: Draft): IfSameValues {
  const { id, role, results, body } = draft
  return {
    ...{ session: sessionKey, chat: chatKey, id, role, results, body, fence: fence ?? null },
    sessionColumns: [planned.session.map((name) => session[name])],
    chatColumns: [planned.chat.map((name) => chat[name])],
  }
}

const nothing = { affectedRows: 0, insertId: 0 }

function planAt(call: AppendCall, { session, chat }: LastHead, now: number): AppendPlan {
  const { fence } = call
  // Whether the fence is that of the running turn, the database compares.
  const held = fence === undefined ? chat : { ...chat, fence, turn_runs: 1 }
  return planAppends(
    [call],
    [
      { ...session, now },
      { ...held, now },
    ],
    new Knowledge(),
  )
}

/** The message, if to insert it is all there is to do. */
function onlyMessage({ heads, stale, wantedIds, wantedMarks }: AppendPlan, { drafts }: AppendCall): Draft | null {
  const [draft, ...others] = drafts
  const isAll = others.length + stale.length + wantedIds.length + wantedMarks.length === 0
  const isAdded = keptMessages(heads).length === 1
  // When it was made, the statement says.
  return draft !== undefined && isAll && isAdded && draft.createdAt === undefined ? draft : null
}
