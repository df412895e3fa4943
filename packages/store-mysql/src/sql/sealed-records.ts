import {
  type CallOptions,
  chatDataPlace,
  frozenJsonObject,
  type JsonObject,
  type SessionCodec,
  type SessionCodecs,
  type SessionRef,
  type StoredChat,
  type StoredSession,
  sessionDataPlace,
} from '@sess/core'
import { codecMissing, SealedPayload, sealedIn } from './payload.ts'

export interface NewData {
  readonly data: JsonObject
  readonly made: () => void
}

/** Between the records of the store's methods and those that the database has. Without a codec nothing is done, nor waited for. */
export class SealedRecords {
  readonly #codecs: SessionCodecs | null

  constructor(codecs: SessionCodecs | null) {
    this.#codecs = codecs
  }

  /** The data of a new session, encoded with keys of its own; tell `made` when it was made. */
  async newData(session: SessionRef, data: JsonObject, options: CallOptions): Promise<NewData> {
    const codecs = this.#codecs
    if (codecs === null) return { data, made: () => {} }
    const opened = await codecs.create(session, options)
    const sealed = new SealedPayload(opened.codec.encode(data, sessionDataPlace), opened.keys)
    return { data: sealed.asData, made: () => codecs.created(session, opened) }
  }

  /** Data of a session's or chat's record, encoded. */
  async data(
    session: SessionRef,
    data: JsonObject | undefined,
    chatId: string | null,
    options: CallOptions | undefined,
  ): Promise<{ readonly data?: JsonObject }> {
    if (data === undefined) return {}
    if (this.#codecs === null) return { data }
    const copy = frozenJsonObject(data, 'data')
    const codec = await this.#codecs.of(session, options)
    const place = chatId === null ? sessionDataPlace : chatDataPlace(chatId)
    return { data: new SealedPayload(codec.encode(copy, place), null).asData }
  }

  async session(stored: StoredSession): Promise<StoredSession> {
    const sealed = sealedIn(stored.data)
    if (this.#codecs === null) {
      if (sealed !== null) throw codecMissing()
      return stored
    }
    const bytes = sealed?.bytes ?? Buffer.from(JSON.stringify(stored.data))
    return { ...stored, data: await this.#codecs.readData(stored, sealed?.keys ?? null, bytes) }
  }

  sessions(stored: readonly StoredSession[]): Promise<readonly StoredSession[]> {
    return Promise.all(stored.map((session) => this.session(session)))
  }

  async chats(
    session: SessionRef,
    stored: readonly StoredChat[],
    options: CallOptions | undefined,
  ): Promise<readonly StoredChat[]> {
    if (this.#codecs === null) {
      if (stored.some(({ data }) => sealedIn(data) !== null)) throw codecMissing()
      return stored
    }
    return await this.#codecs.read(session, options, (codec) => stored.map((chat) => openedChat(codec, chat)))
  }

  async chat(session: SessionRef, stored: StoredChat, options: CallOptions | undefined): Promise<StoredChat> {
    const [chat = stored] = await this.chats(session, [stored], options)
    return chat
  }
}

function openedChat(codec: SessionCodec, chat: StoredChat): StoredChat {
  const bytes = sealedIn(chat.data)?.bytes ?? Buffer.from(JSON.stringify(chat.data))
  return { ...chat, data: codec.decode(bytes, chatDataPlace(chat.id)) as JsonObject }
}
