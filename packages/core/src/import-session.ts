import { untilAbort } from './abort.ts'
import { noticingLimits } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { messageBytes } from './checked-message.ts'
import { announceNew, completeSession, pendingMs, undo } from './create-session.ts'
import { DigestChain } from './digest-chain.ts'
import { invalidArgument, isSessError, SessError } from './errors.ts'
import { checkedExpiry } from './expiry.ts'
import type { ExportedChat, ExportedSession } from './export-format.ts'
import { newChatId, newId, newSessionId } from './id.ts'
import {
  importedChat,
  importedContext,
  importedMessage,
  importedSession,
  parsedLine,
  splitLines,
} from './import-lines.ts'
import type { JsonObject } from './json.ts'
import { type Limits, sessionQuotas } from './limits.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message } from './message.ts'
import type { Owner } from './owner.ts'
import { sessionNotFound } from './refusal.ts'
import { maxMessagesPerWrite } from './store/message-log.ts'
import type { ChatRef, SessionRef } from './store/refs.ts'
import type { SessionExpiry, StoredSession } from './store/session-records.ts'

/** How a file becomes a session. */
export interface ImportOptions extends CallOptions {
  /** New ids for the session and its chats, or those of the file; these must be the owner's and free. @default 'new' */
  readonly ids?: 'new' | 'keep' | undefined
  /** In place of the file's: the absolute end counts from the creation, which may be long ago. */
  readonly expiry?: Partial<SessionExpiry> | undefined
}

/** Bytes of messages that are held before they are written. */
const batchBytes = 1_048_576

/**
 * Reads an export, line by line, into a session that nobody sees until the last line was right. @returns it.
 *
 * @throws {@link SessError} `IMPORT_INVALID` with the line. Nothing was kept.
 * @throws {@link SessError} what `createSession` throws. Nothing was kept.
 */
export async function importSession(
  parts: ManagerParts,
  owner: Owner,
  source: AsyncIterable<Uint8Array | string>,
  options: ImportOptions,
): Promise<StoredSession> {
  if (typeof source !== 'object' || source === null || !(Symbol.asyncIterator in source))
    throw invalidArgument('source', 'must be an async iterable of bytes or text')
  if (options.ids !== undefined && options.ids !== 'new' && options.ids !== 'keep')
    throw invalidArgument('ids', "must be 'new' or 'keep'")
  checkedExpiry(options.expiry ?? {}, parts.expiry)
  const reader = new SessionImport(parts, owner, options)
  const { signal } = options
  // The one that is being read: what is no text can't be told apart into lines.
  let line = 1
  try {
    for await (const text of splitLines(signal === undefined ? source : untilAbort(source, signal))) {
      signal?.throwIfAborted()
      await reader.take(text)
      line++
    }
    const session = await reader.end()
    await announceNew(parts, 'session-imported', session)
    return session
  } catch (error) {
    await reader.abandon()
    if (!isSessError(error) || !damageCodes.has(error.code)) throw error
    throw new SessError('IMPORT_INVALID', `line ${line}: ${error.message}`, { line }, { cause: error })
  }
}

/** Errors that say something of the file, not of the store. */
const damageCodes: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'TOO_LARGE',
  'MESSAGE_CONFLICT',
  'MESSAGE_LIMIT_REACHED',
  'CHAT_EXISTS',
])

class SessionImport {
  readonly #parts: ManagerParts
  readonly #owner: Owner
  readonly #options: ImportOptions
  readonly #digest = new DigestChain()
  #exported: ExportedSession | null = null
  #pending: StoredSession | null = null
  #limits: Limits
  #chat: ChatRef | null = null
  #chatLimit: { readonly maxMessages: number; readonly expectedVersion: number } | null = null
  #activeChat: ChatRef | null = null
  #nextSeq = 0
  #batch: Message[] = []
  #batchBytes = 0
  #chats = 0
  #messages = 0
  #ended = false

  constructor(parts: ManagerParts, owner: Owner, options: ImportOptions) {
    this.#parts = parts
    this.#owner = owner
    this.#options = options
    this.#limits = parts.limits
  }

  async take(text: string): Promise<void> {
    if (this.#ended) throw invalidArgument('line', 'comes after the end')
    const line = parsedLine(text)
    if (line.type === 'end') return await this.#takeEnd(line)
    await this.#digest.add(`${text}\n`)
    if (this.#pending === null) await this.#create(importedSession(line, this.#parts.limits))
    else if (line.type === 'message') await this.#takeMessage(importedMessage(line, this.#limits))
    else if (line.type === 'chat') await this.#takeChat(importedChat(line, this.#limits))
    else if (line.type === 'context' && this.#chat === null) await this.#takeContext(line)
    else throw invalidArgument('type', 'is none that can stand here')
  }

  /** Makes the session visible. */
  async end(): Promise<StoredSession> {
    if (!this.#ended || this.#exported === null) throw invalidArgument('file', 'ends too early')
    const ref = this.#ref()
    if (this.#activeChat !== null) await this.#parts.store.activateChat(this.#activeChat, { operationId: newId() })
    const pending = await this.#parts.store.getSession(ref)
    if (pending === null) throw sessionNotFound(ref.id)
    return await completeSession(this.#parts, pending, this.#exported.status, [], { signal: this.#options.signal })
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    if (this.#pending !== null) await undo(this.#parts, this.#pending)
  }

  async #create(exported: ExportedSession): Promise<void> {
    const { key, tags, createdAt, expiry, status: _, id, activeChatId: __, ...data } = exported
    const keep = this.#options.ids === 'keep'
    const importId = newId()
    const fresh = {
      id: keep ? id : newSessionId(this.#owner),
      ...{ owner: this.#owner, key, tags, createdAt, pendingMs },
      data: { ...data, importId } as unknown as JsonObject,
      expiry: checkedExpiry(this.#options.expiry ?? {}, expiry),
    }
    const { signal } = this.#options
    const quotas = sessionQuotas(this.#parts.limits)
    const { session } = await noticingLimits(
      this.#parts.announcer,
      { owner: this.#owner, sessionId: null, chatId: null },
      () => this.#parts.store.createSession(fresh, { quotas, ifKeyTaken: 'reject', signal }),
    )
    // A store answers a session that has this id as if it had made it; without the mark, this import would write into it.
    if (session.data.importId !== importId) throw new SessError('SESSION_EXISTS', 'there is a session of this id', {})
    this.#exported = exported
    this.#pending = session
    this.#limits = { ...this.#parts.limits, ...exported.limits }
  }

  async #takeContext(line: JsonObject): Promise<void> {
    const { contextKeys: maxKeys, contextBytes: maxBytes } = this.#limits
    await this.#parts.store.setContext(this.#ref(), [importedContext(line)], {
      operationId: newId(),
      maxKeys,
      maxBytes,
    })
  }

  async #takeChat(chat: ExportedChat): Promise<void> {
    await this.#endChat()
    const { id: oldId, key, maxMessages, overflow, firstSeq, createdAt, ...data } = chat
    const ref = this.#ref()
    const id = this.#options.ids === 'keep' ? oldId : newChatId(ref.id)
    const fresh = { id, key, maxMessages: null, overflow, firstSeq, createdAt, data: data as unknown as JsonObject }
    const options = { maxChats: this.#limits.chatsPerSession, ifKeyTaken: 'reject' as const }
    const { chat: stored } = await this.#parts.store.createChat(ref, fresh, options)
    this.#chat = { id, session: ref }
    this.#chatLimit = maxMessages === null ? null : { maxMessages, expectedVersion: stored.version }
    if (oldId === this.#exported?.activeChatId) this.#activeChat = this.#chat
    this.#nextSeq = firstSeq
    this.#chats++
  }

  /** A chat may hold more than its limit, as a smaller one takes effect with the next append: it gets it at last. */
  async #endChat(): Promise<void> {
    await this.#flush()
    if (this.#chat === null || this.#chatLimit === null) return
    const { maxMessages, expectedVersion } = this.#chatLimit
    await this.#parts.store.updateChat(this.#chat, { maxMessages }, { expectedVersion, operationId: newId() })
  }

  async #takeMessage(message: Message): Promise<void> {
    if (this.#chat === null || message.seq !== this.#nextSeq)
      throw invalidArgument('message.seq', `must be ${this.#nextSeq}`)
    this.#nextSeq++
    this.#messages++
    this.#batch.push(message)
    this.#batchBytes += messageBytes(message)
    if (this.#batch.length === maxMessagesPerWrite || this.#batchBytes >= batchBytes) await this.#flush()
  }

  async #takeEnd(line: JsonObject): Promise<void> {
    await this.#endChat()
    if (this.#pending === null) throw invalidArgument('file', 'has no session')
    const same =
      line.chats === this.#chats && line.messages === this.#messages && line.digest === (await this.#digest.end())
    if (!same) throw invalidArgument('digest', 'is not that of the lines before: the file was changed or damaged')
    this.#ended = true
  }

  async #flush(): Promise<void> {
    if (this.#chat === null || this.#batch.length === 0) return
    const messages = this.#batch.map(({ seq: _, ...message }) => message)
    this.#batch = []
    this.#batchBytes = 0
    await this.#parts.store.appendMessages(this.#chat, messages)
  }

  #ref(): SessionRef {
    if (this.#pending === null) throw invalidArgument('file', 'has no session')
    return { id: this.#pending.id, owner: this.#owner }
  }
}
