import type { Chat, Session } from '@sess/core'
import { LiveChat } from './live-chat.ts'

/** The chats that somebody looks at, or that are being answered in this process. */
export class LiveChats {
  readonly #chats = new Map<string, LiveChat>()

  /** Handles are got through their owner, so whoever has one may see the chat. */
  of(session: Session, chat: Chat): LiveChat {
    const known = this.#chats.get(chat.id)
    if (known !== undefined) return known
    const live: LiveChat = new LiveChat(session, chat, () => {
      if (this.#chats.get(chat.id) === live) this.#chats.delete(chat.id)
    })
    this.#chats.set(chat.id, live)
    return live
  }
}
