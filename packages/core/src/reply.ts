import type { CallOptions } from './call-options.ts'
import { type Message, messageText, type Usage } from './message.ts'
import type { WhenBusy } from './turn-settings.ts'

/** How a message is sent. */
export interface SendOptions extends CallOptions {
  /** @default the manager's `turns.whenBusy` */
  readonly whenBusy?: WhenBusy | undefined
  /**
   * The seq of a message of the user, to edit it or to have it answered anew: it and all that came after it go in the same step in which
   * this message is written. This one needs an id of its own. @default it is added behind the newest
   */
  readonly replaces?: number | undefined
}

/** What came of a turn. */
export interface Reply {
  readonly turnId: string
  readonly chatId: string
  /** The message that was answered, as it was stored: rewinding to its `seq` and sending it again gives a new answer. */
  readonly input: Message
  /** The text of the last assistant message, '' if there is none. */
  readonly text: string
  /** The last assistant message, or null if the agent said nothing. */
  readonly message: Message | null
  /** All that the agent said, tool calls and results included, as it was stored. */
  readonly messages: readonly Message[]
  readonly usage: Usage | null
  /** The message had been sent and answered before; this is that answer, and the agent was not asked again. */
  readonly repeated: boolean
}

/** A message that is kept, and whose answer comes by itself. */
export interface PostedMessage {
  readonly turnId: string
  /** The message, as it was stored. */
  readonly message: Message
  /** What {@link Chat.sendMessage} resolves to or rejects with. Nobody has to wait for it. */
  readonly reply: Promise<Reply>
}

/** What happens while a message is answered, in order. */
export type StreamEvent =
  | { readonly type: 'turn-started'; readonly turnId: string; readonly chatId: string; readonly message: Message }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** A message of the agent is in the store. Its text has come before, as `text` events. */
  | { readonly type: 'message'; readonly message: Message }
  /** The last event: the turn has ended. */
  | { readonly type: 'done'; readonly reply: Reply }

/** What a turn was about. */
type TurnFacts = Pick<Reply, 'turnId' | 'chatId' | 'input' | 'repeated'>

/** The reply that these messages of one turn make up. */
export function replyOf(facts: TurnFacts, messages: readonly Message[], usage: Usage | null): Reply {
  const message = messages.findLast((candidate) => candidate.role === 'assistant') ?? null
  return Object.freeze({
    ...facts,
    text: message === null ? '' : messageText(message),
    message,
    messages: Object.freeze([...messages]),
    usage: usage ?? message?.usage ?? null,
  })
}
