import { allItems } from './all-items.ts'
import type { CallOptions } from './call-options.ts'
import { chatData } from './chat-record.ts'
import { DigestChain } from './digest-chain.ts'
import { type ExportLine, exportVersion } from './export-format.ts'
import type { Message } from './message.ts'
import { sessionNotFound, versionConflict } from './refusal.ts'
import { sessionData } from './session-record.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { SessionRef } from './store/refs.ts'
import type { SessionStatus, StoredSession } from './store/session-records.ts'
import type { Store } from './store/store.ts'

/** Messages that are read at a time. */
const pageSize = 200

/**
 * Writes a session as NDJSON. Messages that are appended meanwhile to a chat that was begun are left out.
 *
 * @throws {@link SessError} `VERSION_CONFLICT` if messages were trimmed faster than they were read: what was written is no export.
 */
export async function* exportSession(
  store: Store,
  ref: SessionRef,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  const chain = new DigestChain()
  let chats = 0
  let messages = 0
  for await (const line of exportLines(store, ref, options)) {
    if (line.type === 'chat') chats++
    if (line.type === 'message') messages++
    const text = `${JSON.stringify(line)}\n`
    await chain.add(text)
    yield encoder.encode(text)
  }
  const end: ExportLine = { type: 'end', chats, messages, digest: await chain.end() }
  yield encoder.encode(`${JSON.stringify(end)}\n`)
}

async function* exportLines(
  store: Store,
  ref: SessionRef,
  options: CallOptions,
): AsyncGenerator<ExportLine, void, undefined> {
  const session = await store.getSession(ref, options)
  if (session === null || session.status === 'pending') throw sessionNotFound(ref.id)
  yield sessionLine(session, session.status)
  for (const [key, value] of await store.listContext(ref, options)) yield { type: 'context', key, value }
  for await (const chat of allItems((page) => store.listChats(ref, page), options)) {
    yield* chatLines(store, ref, chat, options)
  }
}

async function* chatLines(
  store: Store,
  session: SessionRef,
  chat: StoredChat,
  options: CallOptions,
): AsyncGenerator<ExportLine, void, undefined> {
  const ref = { id: chat.id, session }
  // Where the chat begins is read with its first messages: it may have been trimmed since its record was read.
  let page = await store.readMessages(ref, { after: 0, limit: pageSize }, options)
  const { firstSeq, lastSeq } = page
  yield chatLine(chat, firstSeq)
  for (let seq = firstSeq; seq <= lastSeq; ) {
    for (const message of page.messages) {
      if (message.seq > lastSeq) return
      if (message.seq !== seq) throw versionConflict(seq, message.seq)
      yield messageLine(message)
      seq++
    }
    if (page.messages.length === 0) return
    page = await store.readMessages(ref, { after: seq - 1, limit: pageSize }, options)
  }
}

// Every field by name and in this order, so that the same session gives the same bytes wherever it lives.

function sessionLine(session: StoredSession, status: SessionStatus): ExportLine {
  const { id, key, tags, expiry, activeChatId, createdAt } = session
  const { name, metadata, preferences, systemPrompt, promptVariables, limits, archivedFrom } = sessionData(session)
  return {
    type: 'session',
    format: 'sess',
    version: exportVersion,
    session: {
      ...{ id, key, status, name, tags, metadata, preferences, systemPrompt, promptVariables, limits },
      ...{ expiry: { idleMs: expiry.idleMs, absoluteMs: expiry.absoluteMs }, archivedFrom, activeChatId, createdAt },
    },
  }
}

function chatLine(chat: StoredChat, firstSeq: number): ExportLine {
  const { id, key, maxMessages, overflow, createdAt } = chat
  const { name, agent, systemPrompt, metadata, tags } = chatData(chat)
  return {
    type: 'chat',
    chat: { id, key, name, agent, systemPrompt, metadata, tags, maxMessages, overflow, firstSeq, createdAt },
  }
}

function messageLine(message: Message): ExportLine {
  const { id, seq, role, content, name, metadata, usage, interrupted, turnId, createdAt } = message
  return { type: 'message', message: { id, seq, role, content, name, metadata, usage, interrupted, turnId, createdAt } }
}
