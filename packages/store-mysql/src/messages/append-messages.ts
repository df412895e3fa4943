import type { AppendResult, ChatRef, NewMessage } from '@sess/core'
import type { Call } from '../connection/call.ts'
import { sessionNotFound } from '../sessions/refusal.ts'
import { idBytes, ownerBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import type { AppendQueue } from './append-queue.ts'
import { draftsOf } from './stored-message.ts'

export async function appendMessages(
  { limits }: StoreParts,
  queue: AppendQueue,
  call: Call,
  ref: ChatRef,
  messages: readonly NewMessage[],
  fence: number | undefined,
): Promise<AppendResult> {
  const drafts = draftsOf(messages, limits.messageBytes)
  const sessionKey = idBytes(ref.session.id)
  if (sessionKey === null) throw sessionNotFound(ref.session.id)
  return await queue.append(call, {
    sessionId: ref.session.id,
    sessionKey,
    ownerKey: ownerBytes(ref.session.owner),
    chatId: ref.id,
    // No chat has it.
    chatKey: idBytes(ref.id) ?? noChat,
    drafts,
    fence,
    attempted: null,
  })
}
