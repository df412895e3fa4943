import type { HeadRow } from './head-row.ts'
import { type Heads, headKey } from './heads.ts'

/** Chats at most. A guess that is missing costs one statement. */
const maxChats = 1000

/** What the tables know a chat by. */
interface ChatKeys {
  readonly sessionKey: Buffer
  readonly chatKey: Buffer
}

/** How a session and a chat were left by an append of this process. */
export interface LastHead {
  readonly session: HeadRow
  readonly chat: HeadRow
}

/**
 * How chats were left by appends that went alone: what the next one guesses that it will find. Nothing is answered from
 * here: the database compares all of it, and says whether it still is so.
 */
export class LastHeads {
  /** Oldest first. */
  readonly #byChat = new Map<string, LastHead>()
  /** Chats of which a guess was wrong: others write to them, too. */
  readonly #shared = new Map<string, LastHead>()

  /** Null if nothing is known, or others write to the chat. */
  of(call: ChatKeys): LastHead | null {
    return this.#byChat.get(keyOf(call)) ?? null
  }

  /** A guess was wrong. There will be another one when nobody else has written between two appends. */
  wasWrong(call: ChatKeys): void {
    const key = keyOf(call)
    const last = this.#byChat.get(key)
    if (last === undefined) return
    this.#byChat.delete(key)
    put(this.#shared, key, last)
  }

  /** What was found by an append, and what it made of that. */
  note(call: ChatKeys, found: LastHead, { sessions }: Heads): void {
    const key = keyOf(call)
    const session = sessions.get(headKey(call.sessionKey))
    const chat = session?.chats.get(headKey(call.chatKey))
    if (session === undefined || chat === undefined || !chat.isChanged) return
    const { lastActiveAt, expiresAt } = session
    const { firstSeq, lastSeq, beginningSeq, markedSeq, openCalls } = chat
    const last = {
      session: { ...found.session, last_active_at: lastActiveAt, expires_at: expiresAt },
      chat: {
        ...found.chat,
        first_seq: firstSeq,
        last_seq: lastSeq,
        beginning_seq: beginningSeq,
        marked_seq: markedSeq,
        open_calls: openCalls,
      },
    }
    const before = this.#shared.get(key)
    const isShared = before !== undefined && !isSame(before, found)
    if (!isShared) this.#shared.delete(key)
    put(isShared ? this.#shared : this.#byChat, key, last)
  }
}

/** The rows of one chat, as they were read. */
export function foundIn([session, chat]: readonly HeadRow[]): LastHead | null {
  return session === undefined || chat === undefined ? null : { session: copied(session), chat: copied(chat) }
}

/** Its bytes are part of all that the connection has received at that time. */
function copied(row: HeadRow): HeadRow {
  const { session_id, chat_id, owner, org, log_id } = row
  const [session, chat] = [Buffer.from(session_id), Buffer.from(chat_id)]
  const of = { owner: Buffer.from(owner), org: Buffer.from(org), log_id: Buffer.from(log_id) }
  return { ...row, session_id: session, chat_id: chat, ...of }
}

function put(chats: Map<string, LastHead>, key: string, last: LastHead): void {
  chats.delete(key)
  chats.set(key, last)
  const [oldest] = chats.keys()
  if (chats.size > maxChats && oldest !== undefined) chats.delete(oldest)
}

function isSame(a: LastHead, b: LastHead): boolean {
  return a.session.last_active_at === b.session.last_active_at && a.chat.last_seq === b.chat.last_seq
}

function keyOf({ sessionKey, chatKey }: ChatKeys): string {
  return headKey(sessionKey) + headKey(chatKey)
}
