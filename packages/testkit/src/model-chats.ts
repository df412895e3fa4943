import { assertChatId, jsonBytes, SessError } from '@sess/core'
import { assertFence, chatRecord, kept, lastSeqOf, planned, write } from './model-history.ts'
import type { SessionMethods } from './model-sessions.ts'
import type { Model, ModelState } from './model-state.ts'

export function chatsOf(state: ModelState): Omit<Model, SessionMethods> {
  const {
    clock,
    sessions,
    found,
    needed,
    neededChat,
    assertWritable,
    assertVersion,
    assertNoTurn,
    slide,
    active,
    changed,
    sessionRecord,
  } = state
  return {
    createChat(ref, { firstSeq = 1, ...made }, { maxChats, ifKeyTaken }) {
      const session = needed(ref)
      assertChatId(made.id, session.id)
      const same = session.chats.find(({ id }) => id === made.id)
      if (same !== undefined) return { chat: chatRecord(same), created: true }
      if (sessions.some(({ chats }) => chats.some(({ id }) => id === made.id)))
        throw new SessError('CHAT_EXISTS', '', {})
      const holder = session.chats.find(({ key }) => key !== null && key === made.key)
      if (holder !== undefined && ifKeyTaken === 'reject')
        throw new SessError('CHAT_EXISTS', '', { key: `${made.key}` })
      if (holder !== undefined) return { chat: chatRecord(holder), created: false }
      assertWritable(session)
      if (maxChats !== null && session.chats.length >= maxChats)
        throw new SessError('CHAT_LIMIT_REACHED', '', { limit: maxChats })
      const turn = { id: '', fence: 0, runs: false, leaseEndsAt: 0, interrupted: false }
      const at = { createdAt: made.createdAt ?? clock(), updatedAt: clock(), lastMessageAt: null }
      const log = { all: [], beginsAt: firstSeq, firstSeq, times: [], turnCount: 0, responseMsTotal: 0 }
      const chat = { ...structuredClone(made), ...at, ...log, sessionId: session.id, version: 1, done: new Map(), turn }
      session.chats.push(chat)
      session.activeChatId ??= chat.id
      changed(session)
      return { chat: chatRecord(chat), created: true }
    },
    getChat({ id, session }) {
      const chat = found(session)?.chats.find((other) => other.id === id)
      return chat === undefined ? null : chatRecord(chat)
    },
    updateChat(ref, change, { operationId, expectedVersion }) {
      const [session, chat] = neededChat(ref)
      if (chat.done.has(operationId)) return chatRecord(chat)
      assertWritable(session)
      assertVersion(expectedVersion, chat.version)
      Object.assign(chat, JSON.parse(JSON.stringify(change)), { version: chat.version + 1, updatedAt: clock() })
      if (session.status === 'pending') slide(session)
      chat.done.set(operationId, null)
      return chatRecord(chat)
    },
    deleteChat(ref, { operationId }) {
      const session = needed(ref.session)
      if (session.done.has(operationId)) return true
      assertWritable(session)
      if (!session.chats.some(({ id }) => id === ref.id)) return false
      session.chats = session.chats.filter(({ id }) => id !== ref.id)
      if (session.activeChatId === ref.id) session.activeChatId = session.chats.map(({ id }) => id).sort()[0] ?? null
      changed(session)
      session.done.add(operationId)
      return true
    },
    activateChat(ref, { operationId }) {
      const session = needed(ref.session)
      if (session.done.has(operationId)) return sessionRecord(session)
      assertWritable(session)
      neededChat(ref)
      if (session.activeChatId === ref.id) return sessionRecord(session)
      session.activeChatId = ref.id
      changed(session)
      session.done.add(operationId)
      return sessionRecord(session)
    },
    listChats: (ref) => ({
      items: needed(ref)
        .chats.toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(chatRecord),
      nextCursor: null,
    }),

    appendMessages(ref, messages, options) {
      const [session, chat] = neededChat(ref)
      const plan = planned(chat, lastSeqOf(chat), messages, clock())
      const { seqs, written, added, conflictId } = plan
      // A repeat is answered whatever happened since.
      if (added.length === 0 && conflictId === null)
        return { seqs, written, storedAt: clock(), firstSeq: chat.firstSeq }
      if (options?.fence === undefined) assertWritable(session)
      else assertFence(chat, options.fence)
      const result = write(chat, plan, clock())
      active(session)
      return result
    },
    readMessages(ref, { before, after, offset, limit }) {
      const [, chat] = neededChat(ref)
      const messages = kept(chat)
      const range = { firstSeq: chat.firstSeq, lastSeq: lastSeqOf(chat) }
      if (after !== undefined) return { messages: messages.filter(({ seq }) => seq > after).slice(0, limit), ...range }
      if (offset !== undefined) return { messages: messages.slice(offset, offset + limit), ...range }
      return { messages: messages.filter(({ seq }) => seq < (before ?? Infinity)).slice(-limit), ...range }
    },
    rewriteMessages(ref, keepThrough, messages, { operationId, fence, expectedLastSeq }) {
      const [session, chat] = neededChat(ref)
      const answered = chat.done.get(operationId)
      if (answered) return answered
      if (fence === undefined) {
        assertWritable(session)
        assertNoTurn(chat)
      } else assertFence(chat, fence)
      assertVersion(expectedLastSeq ?? lastSeqOf(chat), lastSeqOf(chat))
      const last = Math.min(Math.max(keepThrough, chat.firstSeq - 1), lastSeqOf(chat))
      const plan = planned(chat, last, messages, clock())
      const keptId = messages[plan.seqs.findIndex((seq) => seq <= last)]?.id ?? null
      const result = write(chat, { ...plan, conflictId: keptId ?? plan.conflictId }, clock())
      active(session)
      chat.done.set(operationId, { ...result })
      return result
    },

    getContext: (ref, key) => needed(ref).context.get(key),
    listContext: (ref) => [...needed(ref).context].sort(([a], [b]) => (a < b ? -1 : 1)),
    setContext(ref, entries, { operationId, maxKeys, maxBytes }) {
      const session = needed(ref)
      if (session.done.has(operationId)) return
      assertWritable(session)
      const context = new Map([...session.context, ...entries])
      const bytes = [...context].reduce((sum, [key, value]) => sum + jsonBytes(key) + jsonBytes(value), 0)
      if (maxKeys !== null && context.size > maxKeys)
        throw new SessError('CONTEXT_LIMIT_REACHED', '', { limit: maxKeys, unit: 'keys' })
      if (maxBytes !== null && bytes > maxBytes)
        throw new SessError('CONTEXT_LIMIT_REACHED', '', { limit: maxBytes, unit: 'bytes' })
      session.context = context
      active(session)
      session.done.add(operationId)
    },
    deleteContext(ref, key, { operationId }) {
      const session = needed(ref)
      if (session.done.has(operationId)) return true
      assertWritable(session)
      if (!session.context.delete(key)) return false
      active(session)
      session.done.add(operationId)
      return true
    },

    beginTurn(ref, { turnId, leaseMs, ifBusy }) {
      const [session, chat] = neededChat(ref)
      if (chat.turn.id !== turnId) {
        assertWritable(session)
        if (session.status === 'pending') throw new SessError('SESSION_NOT_FOUND', '', { sessionId: session.id })
        if (ifBusy === 'reject') assertNoTurn(chat)
        chat.turn = {
          id: turnId,
          fence: chat.turn.fence + 1,
          runs: true,
          leaseEndsAt: clock() + leaseMs,
          interrupted: false,
        }
      }
      return { fence: chat.turn.fence, session: sessionRecord(session), chat: chatRecord(chat) }
    },
    renewTurn(ref, fence, { leaseMs }) {
      const [session, chat] = neededChat(ref)
      const { status } = session
      assertFence(chat, fence)
      active(session)
      chat.turn.leaseEndsAt = clock() + leaseMs
      return { interrupted: chat.turn.interrupted || status === 'archived' || status === 'closed' }
    },
    endTurn(ref, fence, options) {
      const [, chat] = neededChat(ref)
      if (fence === chat.turn.fence && fence > 0 && !chat.turn.runs) return
      assertFence(chat, fence)
      chat.turn.runs = false
      if (options?.responseMs === undefined) return
      chat.turnCount++
      chat.responseMsTotal += options.responseMs
      chat.times.push(options.responseMs)
    },
    interruptTurn(ref) {
      const [, { turn }] = neededChat(ref)
      if (!turn.runs || clock() >= turn.leaseEndsAt) return false
      turn.interrupted = true
      return true
    },
  }
}
