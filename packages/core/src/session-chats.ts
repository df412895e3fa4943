import { chatPlace, noticingLimits, sessionPlace } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { Chat } from './chat.ts'
import { type CreateChatInput, checkedNewChat } from './chat-fields.ts'
import { toChatRecord } from './chat-record.ts'
import { invalidArgument } from './errors.ts'
import { isId, newChatId, newId } from './id.ts'
import type { JsonObject } from './json.ts'
import type { Limits } from './limits.ts'
import type { ManagerParts } from './manager-parts.ts'
import { chatNotFound } from './refusal.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { ChatRef, Page, PageOptions, SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'

/** The chats of one session. What each method does is said in `Session`. */
export class SessionChats {
  readonly #parts: ManagerParts
  readonly #session: SessionRef
  readonly #limits: Limits

  /** @param limits those of the session, the manager's where it has none. */
  constructor(parts: ManagerParts, session: SessionRef, limits: Limits) {
    this.#parts = parts
    this.#session = session
    this.#limits = limits
  }

  async make(input: CreateChatInput, ifKeyTaken: 'reject' | 'open', options: CallOptions = {}): Promise<Chat> {
    const { chatsPerSession: maxChats } = this.#limits
    const { data, ...plain } = checkedNewChat(input, this.#limits)
    const chat = { id: newChatId(this.#session.id), ...plain, data: data as unknown as JsonObject }
    const { announcer, store } = this.#parts
    const { chat: stored, created } = await noticingLimits(announcer, sessionPlace(this.#session), () =>
      store.createChat(this.#session, chat, { ...options, maxChats, ifKeyTaken }),
    )
    const place = chatPlace(this.#ref(stored.id))
    if (created) await announcer.announce('chat-created', { ...place, chat: toChatRecord(stored) }, place)
    return this.#handle(stored)
  }

  /** The chat, or null if there is none of this id. */
  async find(chatId: string, options?: CallOptions): Promise<Chat | null> {
    const stored = await this.#parts.store.getChat(this.#ref(chatId), options)
    return stored === null ? null : this.#handle(stored)
  }

  async get(chatId: string, options?: CallOptions): Promise<Chat> {
    const chat = await this.find(checkedId(chatId), options)
    if (chat === null) throw chatNotFound(chatId)
    return chat
  }

  async list(options?: PageOptions): Promise<Page<Chat>> {
    const page = await this.#parts.store.listChats(this.#session, options)
    return { items: page.items.map((stored) => this.#handle(stored)), nextCursor: page.nextCursor }
  }

  /** @returns the session, whose record has changed. */
  async activate(chatId: string, options?: CallOptions): Promise<StoredSession> {
    const ref = this.#ref(checkedId(chatId))
    const session = await this.#parts.store.activateChat(ref, { ...options, operationId: newId() })
    const place = chatPlace(ref)
    await this.#parts.announcer.announce('chat-switched', place, place)
    return session
  }

  async delete(chatId: string, options?: CallOptions): Promise<boolean> {
    assertText(chatId)
    if (!isId(chatId)) return false
    const ref = this.#ref(chatId)
    const deleted = await this.#parts.store.deleteChat(ref, { ...options, operationId: newId() })
    const place = chatPlace(ref)
    if (deleted) await this.#parts.announcer.announce('chat-deleted', place, place)
    return deleted
  }

  #ref(chatId: string): ChatRef {
    return { id: chatId, session: this.#session }
  }

  #handle(stored: StoredChat): Chat {
    return new Chat(this.#parts, this.#ref(stored.id), stored, this.#limits.bytesPerMessage)
  }
}

function checkedId(chatId: string): string {
  assertText(chatId)
  if (!isId(chatId)) throw chatNotFound(String(chatId).slice(0, 64))
  return chatId
}

function assertText(chatId: unknown): asserts chatId is string {
  if (typeof chatId !== 'string') throw invalidArgument('chatId', 'must be a string')
}
