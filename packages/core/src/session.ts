import { allItems } from './all-items.ts'
import { noticingLimits, sessionPlace } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { refreshPrompt, setPrompt } from './change-prompt.ts'
import { type BuildChange, changeSession, readSession } from './change-session.ts'
import { type Chat, checkedQuestion, type GetMessagesOptions } from './chat.ts'
import type { CreateChatInput } from './chat-fields.ts'
import { checkedName } from './checked-fields.ts'
import { checkedMessage } from './checked-message.ts'
import { deleteSession } from './delete-session.ts'
import { checkedDuration } from './expiry.ts'
import { exportSession } from './export-session.ts'
import type { JsonObject } from './json.ts'
import type { Limits } from './limits.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, MessageInput } from './message.ts'
import { checkedRange } from './message-range.ts'
import type { PostedMessage, Reply, SendOptions, StreamEvent } from './reply.ts'
import type { ResourceHolder, ResourceReport, ResourceState } from './resource-holder.ts'
import { reportOf } from './resource-report.ts'
import { checkedSending } from './run-turn.ts'
import { SessionChats } from './session-chats.ts'
import { SessionContext } from './session-context.ts'
import { checkedSessionUpdate, type SessionUpdate } from './session-fields.ts'
import { type SessionRecord, sessionData, toSessionRecord } from './session-record.ts'
import { type StatusAction, statusChange } from './session-status.ts'
import { type SessionStats, sessionStats } from './stats.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { Page, PageOptions, SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'
import { StoredResourceState } from './stored-resource-state.ts'
import type { UpdateOptions } from './update-options.ts'

/** What a session tells when its record has changed. */
type SessionChangeEvent = `session-${'updated' | 'paused' | 'resumed' | 'archived' | 'restored' | 'closed'}`

// Longer than other files, for what each method of a session does is said here; what is done stands in a file of its own.

/** What a user opened: its chats, context, prompt and resources. A handle: what others change shows after `refresh`. */
export class Session implements ResourceHolder {
  readonly #parts: ManagerParts
  readonly #ref: SessionRef
  #stored: StoredSession

  /** @internal */
  constructor(parts: ManagerParts, stored: StoredSession) {
    this.#parts = parts
    this.#ref = Object.freeze({ id: stored.id, owner: stored.owner })
    this.#stored = stored
  }

  get id(): string {
    return this.#ref.id
  }

  /** The session as it was when it was last read. */
  get record(): SessionRecord {
    return toSessionRecord(this.#stored)
  }

  /** The text of the system prompt, '' if there is none. */
  get systemPrompt(): string {
    return sessionData(this.#stored).systemPrompt?.text ?? ''
  }

  /** The session's folder, null if the manager has no workspaces. */
  get workspacePath(): string | null {
    return this.#parts.resources.workspacePath(this.record)
  }

  /** Key → JSON value, kept with the session. */
  get context(): SessionContext {
    return new SessionContext(this.#parts, this.#ref, this.#limits)
  }

  /** Reads the record anew. @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
  async refresh(options?: CallOptions): Promise<SessionRecord> {
    this.#stored = await readSession(this.#parts, this.#ref, options)
    return this.record
  }

  /**
   * Changes what `change` names and leaves the rest.
   *
   * @throws {@link SessError} `VERSION_CONFLICT` if it is no longer at `expectedVersion`. Nothing was written.
   */
  async update(change: SessionUpdate, options: UpdateOptions = {}): Promise<SessionRecord> {
    const { data, tags } = checkedSessionUpdate(change, this.#parts.limits)
    await this.#change(() => ({ data, tags }), options)
    return await this.#announced('session-updated')
  }

  /** Refuses what is sent or added, and changes of chats and context, until `resume`. A turn that runs may finish. */
  async pause(options?: CallOptions): Promise<SessionRecord> {
    return await this.#act('pause', 'session-paused', options)
  }

  /** @throws {@link SessError} `SESSION_ARCHIVED`, `SESSION_CLOSED`. */
  async resume(options?: CallOptions): Promise<SessionRecord> {
    return await this.#act('resume', 'session-resumed', options)
  }

  /** Puts the session away: it can be read, and does not count against the limits. Turns that run are interrupted. */
  async archive(options?: CallOptions): Promise<SessionRecord> {
    return await this.#act('archive', 'session-archived', options)
  }

  /** Takes an archived session out again, as active or paused as it was. @throws {@link SessError} `SESSION_LIMIT_REACHED`. */
  async restore(options?: CallOptions): Promise<SessionRecord> {
    return await this.#act('restore', 'session-restored', options)
  }

  /** Ends the session for good and releases its resources; it can be read until it expires. Turns that run are interrupted. */
  async close(options?: CallOptions): Promise<SessionRecord> {
    const record = await this.#act('close', 'session-closed', options)
    await this.#parts.resources.release(record)
    return record
  }

  /**
   * Removes the session and all it has. Resolves to whether there was one.
   *
   * @throws {@link SessError} `RESOURCE_FAILED` if a resource could not be destroyed: the session can't be reached any more, and
   * the sweep goes on until it succeeds.
   */
  async delete(options?: CallOptions): Promise<boolean> {
    this.#parts.assertOpen()
    return await deleteSession(this.#parts, this.#ref, options)
  }

  /** Counts as activity. */
  async touch(options?: CallOptions): Promise<SessionRecord> {
    this.#parts.assertOpen()
    this.#stored = await this.#parts.store.touchSession(this.#ref, options)
    return this.record
  }

  /** Makes it expire `ttlMs` from now, also if that is earlier; not past its absolute end. Activity may make it later again. */
  async extendTtl(ttlMs: number, options?: CallOptions): Promise<SessionRecord> {
    this.#parts.assertOpen()
    const expiresInMs = checkedDuration(ttlMs, 'ttlMs')
    this.#stored = await this.#parts.store.touchSession(this.#ref, { ...options, expiresInMs })
    return this.record
  }

  /** Creates a chat. The first one becomes the active one. @throws {@link SessError} `CHAT_EXISTS`, `CHAT_LIMIT_REACHED`. */
  async createChat(input: CreateChatInput = {}, options?: CallOptions): Promise<Chat> {
    this.#parts.assertOpen()
    return await this.#chats.make(input, 'reject', options)
  }

  /** The chat of this key; made with `input` if there is none: once, whoever else asks for it at the same time. */
  async openChat(key: string, input: Omit<CreateChatInput, 'key'> = {}, options?: CallOptions): Promise<Chat> {
    this.#parts.assertOpen()
    return await this.#chats.make({ ...input, key: checkedName(key, 'key') }, 'open', options)
  }

  /** @throws {@link SessError} `CHAT_NOT_FOUND`. */
  async getChat(chatId: string, options?: CallOptions): Promise<Chat> {
    this.#parts.assertOpen()
    return await this.#chats.get(chatId, options)
  }

  /** A page of the chats, oldest first. */
  async listChats(options?: PageOptions): Promise<Page<Chat>> {
    this.#parts.assertOpen()
    return await this.#chats.list(options)
  }

  /** Makes a chat the active one. @throws {@link SessError} `CHAT_NOT_FOUND`. */
  async switchChat(chatId: string, options?: CallOptions): Promise<SessionRecord> {
    this.#parts.assertOpen()
    this.#stored = await this.#chats.activate(chatId, options)
    return this.record
  }

  /** Removes a chat with its messages; the oldest that is left becomes active. Resolves to whether there was one. */
  async deleteChat(chatId: string, options?: CallOptions): Promise<boolean> {
    this.#parts.assertOpen()
    return await this.#chats.delete(chatId, options)
  }

  /** The active chat; a session that has none gets one named "default", made once across processes. */
  async activeChat(options?: CallOptions): Promise<Chat> {
    return await this.#activeChat(() => {}, options)
  }

  /** Sends a message in the active chat: see {@link Chat.sendMessage}. */
  async sendMessage(message: MessageInput, options: SendOptions = {}): Promise<Reply> {
    const chat = await this.#activeChat(() => this.#assertSendable(message, options), options)
    return await chat.sendMessage(message, options)
  }

  /** Sends a message in the active chat: see {@link Chat.postMessage}. */
  async postMessage(message: MessageInput, options: SendOptions = {}): Promise<PostedMessage> {
    const chat = await this.#activeChat(() => this.#assertSendable(message, options), options)
    return await chat.postMessage(message, options)
  }

  /** Sends a message in the active chat: see {@link Chat.streamMessage}. */
  async *streamMessage(message: MessageInput, options: SendOptions = {}): AsyncGenerator<StreamEvent, void, undefined> {
    const chat = await this.#activeChat(() => this.#assertSendable(message, options), options)
    yield* chat.streamMessage(message, options)
  }

  /** Appends a message to the active chat without asking the agent. */
  async addMessage(message: MessageInput, options?: CallOptions): Promise<Message> {
    const chat = await this.#activeChat(() => checkedMessage(message, this.#limits.bytesPerMessage), options)
    return await chat.addMessage(message, options)
  }

  /** A page of messages of the active chat, none if there is no chat: see {@link Chat.getMessages}. */
  async getMessages(options: GetMessagesOptions = {}): Promise<readonly Message[]> {
    checkedRange(options)
    const chat = await this.#findActiveChat(options)
    return chat === null ? [] : await chat.getMessages(options)
  }

  /** Replaces the system prompt by a text of the application's own, or by none. */
  async setSystemPrompt(text: string | null, options: UpdateOptions = {}): Promise<SessionRecord> {
    this.#stored = await setPrompt(this.#parts, this.#ref, text, options)
    return this.record
  }

  /**
   * Composes the system prompt anew, from the parts as they are now. `variables` are kept and win over those of before.
   *
   * @throws {@link SessError} `PROMPT_FAILED`; `UNSUPPORTED` without a composer. The prompt stays as it was.
   */
  async refreshPrompt(variables: JsonObject = {}, options: UpdateOptions = {}): Promise<SessionRecord> {
    this.#stored = await refreshPrompt(this.#parts, this.#ref, variables, options)
    return this.record
  }

  /** Figures of the session and its chats. */
  async stats(options?: CallOptions): Promise<SessionStats> {
    await this.refresh(options)
    const chats: StoredChat[] = []
    for await (const chat of allItems((page) => this.#parts.store.listChats(this.#ref, page), options)) chats.push(chat)
    return sessionStats(this.#stored, chats)
  }

  /** What the resource of this name keeps with the session: for the code of resources. */
  resourceState(resource: string): ResourceState {
    return new StoredResourceState(this.#parts, this.#ref, resource)
  }

  /** Has `release` called for what this process holds of the session: for the code of resources. */
  hold(): void {
    this.#parts.assertOpen()
    this.#parts.resources.hold(this.record)
  }

  /** Tells listeners and the audit log what a resource of the session did: for the code of resources. */
  async report(event: ResourceReport): Promise<void> {
    await reportOf(this.#parts, this.#ref, event)
  }

  /** The session with its chats, messages and context as NDJSON, in bounded memory; `importSession` takes it. */
  export(options?: CallOptions): AsyncGenerator<Uint8Array, void, undefined> {
    this.#parts.assertOpen()
    return exportSession(this.#parts.store, this.#ref, options)
  }

  get #limits(): Limits {
    return { ...this.#parts.limits, ...sessionData(this.#stored).limits }
  }

  get #chats(): SessionChats {
    return new SessionChats(this.#parts, this.#ref, this.#limits)
  }

  #assertSendable(message: MessageInput, options: SendOptions): void {
    checkedQuestion(message, this.#limits.bytesPerMessage)
    checkedSending(this.#parts, options)
  }

  /** `assertArguments` throws what the chat would throw, so that a call that must fail makes no chat. */
  async #activeChat(assertArguments: () => void, options?: CallOptions): Promise<Chat> {
    const chat = await this.#findActiveChat(options)
    if (chat !== null) return chat
    assertArguments()
    return await this.openChat('default', { name: 'default' }, options)
  }

  async #findActiveChat(options?: CallOptions): Promise<Chat | null> {
    const { activeChatId } = await this.refresh(options)
    return activeChatId === null ? null : await this.#chats.find(activeChatId, options)
  }

  async #act(action: StatusAction, event: SessionChangeEvent, options: CallOptions = {}): Promise<SessionRecord> {
    const changed = await noticingLimits(this.#parts.announcer, sessionPlace(this.#ref), () =>
      this.#change((stored) => statusChange(stored, action), options),
    )
    if (!changed) return this.record
    if (action === 'archive' || action === 'close') await this.#parts.turns.interruptSession(this.#ref)
    return await this.#announced(event)
  }

  async #change(build: BuildChange, options: UpdateOptions): Promise<boolean> {
    const { stored, changed } = await changeSession(this.#parts, this.#ref, build, options)
    this.#stored = stored
    return changed
  }

  async #announced(event: SessionChangeEvent): Promise<SessionRecord> {
    const { record } = this
    await this.#parts.announcer.announce(event, { session: record }, sessionPlace(this.#ref))
    return record
  }
}
