import { type AppendResult, type ChatRef, isSessError, type NewMessage, sessionNotFound } from '@sess/core'
import type { Call } from '../connection/call.ts'
import { idBytes, ownerBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import type { AppendCall } from './append-plan.ts'
import type { AppendQueue } from './append-queue.ts'
import { copiedMessages, type Draft, draftsOf, sealedDrafts } from './stored-message.ts'

export async function appendMessages(
  { codecs, limits }: StoreParts,
  queue: AppendQueue,
  call: Call,
  ref: ChatRef,
  messages: readonly NewMessage[],
  fence: number | undefined,
): Promise<AppendResult> {
  const sessionKey = idBytes(ref.session.id)
  if (sessionKey === null) throw sessionNotFound(ref.session.id)
  if (codecs === null) return await appendDrafts(draftsOf(messages, limits.messageBytes))
  const copies = copiedMessages(messages)
  const append = async (): Promise<AppendResult> =>
    await appendDrafts(sealedDrafts(copies, limits.messageBytes, ref.id, await codecs.of(ref.session, call)))
  try {
    return await append()
  } catch (error) {
    if (!isSessError(error, 'CODEC_KEY_UNKNOWN')) throw error
    // A message of one of these ids was written with a key that was made since. Nothing was written now.
    codecs.forget(ref.session)
    return await append()
  }

  function appendDrafts(drafts: readonly Draft[]): Promise<AppendResult> {
    return queue.append(call, appendCall(drafts, sessionKey as Buffer, ref, fence))
  }
}

function appendCall(drafts: readonly Draft[], sessionKey: Buffer, ref: ChatRef, fence: number | undefined): AppendCall {
  return {
    sessionId: ref.session.id,
    sessionKey,
    ownerKey: ownerBytes(ref.session.owner),
    chatId: ref.id,
    // No chat has it.
    chatKey: idBytes(ref.id) ?? noChat,
    drafts,
    fence,
    attempted: null,
  }
}
