import { announceRewind } from './announcer.ts'
import { invalidArgument, isSessError, type SessError } from './errors.ts'
import type { HeldTurn } from './held-turn.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, NewMessage } from './message.ts'
import { repairChat } from './repair-chat.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { AppendResult } from './store/message-log.ts'

/** Messages around a replaced one that are read: how far a repair may have moved it. */
const nearby = 200

/** How many messages a chat that rejects takes; Infinity if it does not. */
export function roomIn({ overflow, maxMessages, lastSeq, firstSeq }: StoredChat, replaces: number | null): number {
  const count = (replaces ?? lastSeq + 1) - firstSeq
  return overflow !== 'reject' || maxMessages === null ? Infinity : maxMessages - count
}

/**
 * Appends the message that a turn is to answer, behind a whole history; or puts it in the place of another one, which goes with all that came
 * after it.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT`, `MESSAGE_CONFLICT`. Nothing was removed.
 */
export async function writeQuestion(
  parts: ManagerParts,
  held: HeldTurn,
  message: NewMessage,
  replaces: number | null,
): Promise<AppendResult> {
  const replaced = replaces === null ? null : await replaceable(parts, held, replaces)
  const isOpen = held.grant.chat.openCalls > 0
  if (isOpen) await repair(parts, held)
  // Sent again, it has taken the place already.
  if (replaced === null || replaced.id === message.id) return await held.append([message])
  const seq = isOpen ? await seqAfterRepair(parts, held, replaced) : replaced.seq
  const result = await held.replace(seq - 1, message)
  await announceRewind(parts.announcer, held.chat, seq - 1)
  return result
}

async function replaceable({ store }: ManagerParts, held: HeldTurn, seq: number): Promise<Message> {
  const { messages } = await store.readMessages(held.chat, { before: seq + 1, limit: 1 })
  const [there] = messages
  if (there?.seq !== seq || (there.role !== 'user' && there.role !== 'system')) throw notReplaceable()
  return there
}

async function seqAfterRepair({ store }: ManagerParts, held: HeldTurn, { id, seq }: Message): Promise<number> {
  const range = { after: Math.max(0, seq - nearby), limit: 2 * nearby }
  const { messages } = await store.readMessages(held.chat, range)
  const found = messages.find((message) => message.id === id)
  if (found === undefined) throw notReplaceable()
  return found.seq
}

/** Somebody who adds a message without a turn may be faster; a few times, not for ever. */
async function repair(parts: ManagerParts, held: HeldTurn): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await repairChat(parts, held.chat, held.grant.fence)
      return
    } catch (error) {
      if (tries === 10 || !isSessError(error, 'VERSION_CONFLICT')) throw error
    }
  }
}

function notReplaceable(): SessError<'INVALID_ARGUMENT'> {
  return invalidArgument('replaces', 'must be the seq of a message of the user in this chat')
}
