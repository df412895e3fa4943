import {
  bodyOf,
  frozenJson,
  frozenJsonObject,
  invalidArgument,
  jsonEquals,
  type Message,
  maxMessagesPerWrite,
  type NewMessage,
  SessError,
} from '@sess/core'
import type { ChatLog } from './chat-log.ts'
import type { KeptMessage } from './kept-messages.ts'

/** What a write would do, worked out before anything is written. */
export interface MessagePlan {
  readonly seqs: number[]
  readonly written: boolean[]
  /** The messages to add, copied and frozen, in order. */
  readonly added: Message[]
  /** The same in the form in which they are kept. */
  readonly kept: KeptMessage[]
  /** The first message whose id is taken by another body. */
  conflictId: string | null
}

/** Plans to put `messages` after seq `last`; what is there after it counts as gone. */
export function planMessages(log: ChatLog, last: number, messages: readonly NewMessage[], now: number): MessagePlan {
  if (messages.length > maxMessagesPerWrite) throw invalidArgument('messages', `must be at most ${maxMessagesPerWrite}`)
  const plan: MessagePlan = { seqs: [], written: [], added: [], kept: [], conflictId: null }
  // Only a write of several can meet an id of its own.
  const own = messages.length > 1 ? new Map<string, Message>() : null
  for (const message of messages) {
    const there = own?.get(message.id) ?? messageOf(log, last, message.id)
    if (there === undefined) {
      const added = storedMessage(message, last + plan.added.length + 1, now)
      plan.added.push(added)
      plan.kept.push(log.keep(added))
      own?.set(added.id, added)
      plan.seqs.push(added.seq)
    } else {
      if (plan.conflictId === null && !sameBody(there, message)) plan.conflictId = message.id
      plan.seqs.push(there.seq)
    }
    plan.written.push(there === undefined)
  }
  return plan
}

/** @throws {@link SessError} `MESSAGE_CONFLICT`. */
export function assertNoConflict({ conflictId }: MessagePlan): void {
  if (conflictId === null) return
  throw new SessError('MESSAGE_CONFLICT', 'the id is taken by another message', { messageId: conflictId })
}

function messageOf(log: ChatLog, last: number, id: string): Message | undefined {
  const message = log.find(id)
  return message === undefined || message.seq > last ? undefined : message
}

/** The one handed in goes through the same copy as the stored one did, which leaves out undefined properties. */
function sameBody(stored: Message, message: NewMessage): boolean {
  return jsonEquals(bodyOf(stored), frozenJsonObject(bodyOf(message), 'message'))
}

function storedMessage(source: NewMessage, seq: number, now: number): Message {
  const { content } = source
  const message: { -readonly [Key in keyof Message]: Message[Key] } = {
    id: source.id,
    seq,
    role: source.role,
    content: typeof content === 'string' ? content : (frozenJson(content, 'content') as Message['content']),
    createdAt: source.createdAt ?? now,
  }
  if (source.name !== undefined) message.name = source.name
  if (source.metadata !== undefined) message.metadata = frozenJsonObject(source.metadata, 'metadata')
  if (source.usage !== undefined) message.usage = frozenJsonObject(source.usage, 'usage')
  if (source.interrupted !== undefined) message.interrupted = source.interrupted
  if (source.turnId !== undefined) message.turnId = source.turnId
  return Object.freeze(message)
}
