import { announceRewind, chatPlace, noticingLimits } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { type ChatUpdate, checkedChatChange } from './chat-fields.ts'
import { type ChatRecord, toChatRecord } from './chat-record.ts'
import { checkedMessage } from './checked-message.ts'
import { invalidArgument, isSessError, SessError } from './errors.ts'
import { newId } from './id.ts'
import type { JsonObject } from './json.ts'
import type { ChatEvent } from './live/chat-event.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, MessageInput, NewMessage } from './message.ts'
import { checkedRange } from './message-range.ts'
import { lastReplyOf, postMessage } from './post-message.ts'
import { chatNotFound, versionConflict } from './refusal.ts'
import { type Repair, repairChat } from './repair-chat.ts'
import type { PostedMessage, Reply, SendOptions, StreamEvent } from './reply.ts'
import { runTurn } from './run-turn.ts'
import { type ChatStats, chatStats } from './stats.ts'
import type { ChatChange, StoredChat } from './store/chat-records.ts'
import type { MessageRange } from './store/message-log.ts'
import type { ChatRef, WriteOptions } from './store/refs.ts'
import { storedMessages } from './stored-messages.ts'
import type { UpdateOptions } from './update-options.ts'

/** Which messages to read: see {@link MessageRange}. */
export type GetMessagesOptions = CallOptions & Partial<MessageRange>

/** One conversation inside a session. A handle: what others change shows after `refresh`. */
export class Chat {
  readonly #parts: ManagerParts
  readonly #ref: ChatRef
  #stored: StoredChat
  readonly #maxBytes: number

  /** @internal */
  constructor(parts: ManagerParts, ref: ChatRef, stored: StoredChat, bytesPerMessage: number) {
    this.#parts = parts
    this.#ref = ref
    this.#stored = stored
    this.#maxBytes = bytesPerMessage
  }

  get id(): string {
    return this.#ref.id
  }

  /** The chat as it was when it was last read. */
  get record(): ChatRecord {
    return toChatRecord(this.#stored)
  }

  /** Reads the record anew. @throws {@link SessError} `CHAT_NOT_FOUND`. */
  async refresh(options?: CallOptions): Promise<ChatRecord> {
    this.#parts.assertOpen()
    const stored = await this.#parts.store.getChat(this.#ref, options)
    if (stored === null) throw chatNotFound(this.id)
    this.#stored = stored
    return this.record
  }

  /**
   * Changes what `change` names and leaves the rest.
   *
   * @throws {@link SessError} `VERSION_CONFLICT` if it is no longer at `expectedVersion`. Nothing was written.
   */
  async update(change: ChatUpdate, options: UpdateOptions = {}): Promise<ChatRecord> {
    this.#parts.assertOpen()
    const checked = checkedChatChange(change, this.#parts.limits)
    for (;;) {
      const current = await this.refresh(options)
      const { expectedVersion } = options
      if (expectedVersion !== undefined && expectedVersion !== current.version)
        throw versionConflict(expectedVersion, current.version)
      try {
        const { data, ...plain } = checked
        const next: ChatChange =
          data === undefined ? plain : { ...plain, data: { ...this.#stored.data, ...data } as JsonObject }
        const write = { expectedVersion: current.version, operationId: newId(), signal: options.signal }
        this.#stored = await this.#parts.store.updateChat(this.#ref, next, write)
        break
      } catch (error) {
        if (expectedVersion !== undefined || !isSessError(error, 'VERSION_CONFLICT')) throw error
      }
    }
    const place = chatPlace(this.#ref)
    await this.#parts.announcer.announce('chat-updated', { ...place, chat: this.record }, place)
    return this.record
  }

  /**
   * Sends a message of the user and waits for the whole answer. A message with an id can be sent again after an unknown
   * outcome: if it was answered, that answer comes back.
   *
   * @throws {@link SessError} `TURN_IN_PROGRESS`, `SESSION_PAUSED`, `SESSION_ARCHIVED`, `SESSION_CLOSED`, `TOO_LARGE`,
   * `MESSAGE_CONFLICT`, `MESSAGE_LIMIT_REACHED`: nothing was written.
   * @throws {@link SessError} `MESSAGE_LIMIT_REACHED` also while the agent answers: what has room is kept.
   * @throws {@link SessError} `AGENT_FAILED`, `TURN_INTERRUPTED`, `TURN_LOST`, or the signal's reason: the message is kept, and so
   * is what the agent said until then (but for `TURN_LOST`: until its last whole message).
   */
  async sendMessage(message: MessageInput, options: SendOptions = {}): Promise<Reply> {
    return await lastReplyOf(this.streamMessage(message, options))
  }

  /**
   * Sends a message of the user, and lets the answer come by itself: {@link Chat.watch} shows it, {@link Chat.interrupt} stops it, and nobody has
   * to wait for it. Resolves once the message is kept; until then the signal counts.
   *
   * @throws {@link SessError} what {@link Chat.sendMessage} throws before the agent is asked. Nothing was written.
   */
  async postMessage(message: MessageInput, options: SendOptions = {}): Promise<PostedMessage> {
    this.#parts.assertOpen()
    return await postMessage(this.#parts, this.#ref, checkedQuestion(message, this.#maxBytes), options)
  }

  /** Sends a message of the user; the events are what happens until the answer is stored. Leaving the loop stops the agent. */
  streamMessage(message: MessageInput, options: SendOptions = {}): AsyncGenerator<StreamEvent, void, undefined> {
    this.#parts.assertOpen()
    const checked = checkedQuestion(message, this.#maxBytes)
    return runTurn(this.#parts, this.#ref, checked, options)
  }

  /**
   * What happens in this chat: first what there is, then every message, and every word of an answer that this process writes. What other
   * processes do shows within `watch.intervalMs`, by whole messages. Any number may watch; they share the work. Ends with the signal or the
   * manager; leaving it stops no answer.
   *
   * @throws {@link SessError} `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, also when it comes to that later; `STORE_UNAVAILABLE` only at
   * the beginning.
   */
  watch({ signal }: CallOptions = {}): AsyncGenerator<ChatEvent, void, undefined> {
    this.#parts.assertOpen()
    return this.#parts.live.watch(this.#ref, signal)
  }

  /** Stops the turn that runs in this chat, in whatever process. What it said is kept. Resolves to whether one runs. */
  async interrupt(options?: CallOptions): Promise<boolean> {
    this.#parts.assertOpen()
    return await this.#parts.turns.interrupt(this.#ref, options?.signal)
  }

  /** Appends a message without asking the agent. @throws {@link SessError} what {@link addMessages} throws. */
  async addMessage(message: MessageInput, options?: CallOptions): Promise<Message> {
    const [stored] = await this.addMessages([message], options)
    if (stored === undefined) throw new Error('the store answered an append of one message with none')
    return stored
  }

  /**
   * Appends up to 200 messages in one step, in order, once: a message whose id is there with the same content is answered.
   * They may not be more than the chat may hold: those trimmed at once would be unknown when the call is repeated.
   *
   * @throws {@link SessError} `MESSAGE_CONFLICT`, `MESSAGE_LIMIT_REACHED`, `TOO_LARGE`, `INVALID_ARGUMENT`, `SESSION_PAUSED`,
   * `SESSION_ARCHIVED`, `SESSION_CLOSED`. None was written.
   */
  async addMessages(messages: readonly MessageInput[], options?: CallOptions): Promise<readonly Message[]> {
    this.#parts.assertOpen()
    if (!Array.isArray(messages)) throw invalidArgument('messages', 'must be a list')
    const single = messages.length === 1
    const checked = messages.map((message, index) =>
      checkedMessage(message, this.#maxBytes, single ? 'message' : `messages[${index}]`),
    )
    if (checked.length === 0) return []
    const place = chatPlace(this.#ref)
    const result = await noticingLimits(this.#parts.announcer, place, async () => {
      // The handle may be older than the limit.
      const outdated = checked.length > (this.#stored.maxMessages ?? Infinity)
      const limit = (outdated ? await this.refresh(options) : this.#stored).maxMessages ?? Infinity
      if (checked.length <= limit) return await this.#parts.store.appendMessages(this.#ref, checked, options)
      throw new SessError('MESSAGE_LIMIT_REACHED', `the chat holds at most ${limit} messages`, { limit })
    })
    return await storedMessages(this.#parts, this.#ref, checked, result)
  }

  /** A page of messages in order, the newest 50 by default. The cost does not depend on the length of the chat. */
  async getMessages({ signal, ...range }: GetMessagesOptions = {}): Promise<readonly Message[]> {
    this.#parts.assertOpen()
    const page = await this.#parts.store.readMessages(this.#ref, checkedRange(range), { signal })
    return page.messages
  }

  /** The newest message of the assistant among the last 200, or null. */
  async lastReply(options?: CallOptions): Promise<Message | null> {
    const messages = await this.getMessages({ limit: 200, signal: options?.signal })
    return messages.findLast((message) => message.role === 'assistant') ?? null
  }

  /**
   * Removes every message after `seq`. With the seq of a user's message, sending that one again (same id) gives a new answer.
   *
   * @throws {@link SessError} `TURN_IN_PROGRESS` while a turn runs. Nothing was removed.
   */
  async rewind(seq: number, options?: CallOptions): Promise<void> {
    this.#parts.assertOpen()
    if (!Number.isSafeInteger(seq) || seq < 0) throw invalidArgument('seq', 'must be a whole number from 0 up')
    const write: WriteOptions = { ...options, operationId: newId() }
    await this.#parts.store.rewriteMessages(this.#ref, seq, [], write)
    await announceRewind(this.#parts.announcer, this.#ref, seq)
  }

  /**
   * Mends the newest 1,000 messages if others left tool calls without results, results without calls, or apart from them.
   *
   * @throws {@link SessError} `TURN_IN_PROGRESS` while a turn runs, `VERSION_CONFLICT` if somebody appended meanwhile: repeat it.
   */
  async repair(options?: CallOptions): Promise<Repair> {
    this.#parts.assertOpen()
    return await repairChat(this.#parts, this.#ref, undefined, options?.signal)
  }

  /** Figures of this chat, from its record. */
  async stats(options?: CallOptions): Promise<ChatStats> {
    await this.refresh(options)
    const [lastMessage] = await this.getMessages({ limit: 1, signal: options?.signal })
    return chatStats(this.#stored, lastMessage ?? null)
  }
}

/** A message that an agent can answer, checked. @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE`. */
export function checkedQuestion(input: MessageInput, maxBytes: number): NewMessage {
  const message = checkedMessage(input, maxBytes)
  if (message.role !== 'user' && message.role !== 'system')
    throw invalidArgument('message.role', "must be 'user' or 'system' to be answered")
  return message
}
