import {
  assertChatId,
  type CallOptions,
  type ChatChange,
  type ChatRef,
  type CreateChatOptions,
  chatDataPlace,
  frozenJsonObject,
  type NewStoredChat,
  type Page,
  type PageOptions,
  pageLimit,
  type SessionRef,
  type StoredChat,
  type StoredSession,
  sealCursor,
  type WriteOptions,
} from '@sess/core'
import type { Backend, ScriptCall } from './backend.ts'
import { isNamed, ownerHash, token } from './keys.ts'
import { positionIn } from './page-walk.ts'
import { opened, sealedText } from './payload.ts'
import { argument, chatOf, type Row, sessionOf } from './rows.ts'
import * as scripts from './scripts.ts'
import { assertNamed } from './session-records.ts'

export interface ChatCreation {
  readonly chat: StoredChat
  readonly created: boolean
}

export async function createChat(
  backend: Backend,
  session: SessionRef,
  chat: NewStoredChat,
  options: CreateChatOptions,
): Promise<ChatCreation> {
  assertNamed(session)
  assertChatId(chat.id, session.id)
  const { id, key, data, maxMessages, overflow, firstSeq = 1, createdAt } = chat
  const { maxChats, ifKeyTaken } = options
  const dataText = await sealedText(backend, session, frozenJsonObject(data, 'data'), chatDataPlace(id), options)
  const args = [argument(key), dataText, argument(maxMessages), overflow, `${firstSeq}`, argument(createdAt)]
  const call = chatCall(backend, { id, session }, [...args, argument(maxChats), ifKeyTaken], options, {
    key,
    limits: { chats: maxChats },
  })
  const [row, created, answered] = (await backend.run(scripts.createChat, call)) as readonly [Row, number, string]
  const stored = await opened(backend, session, options, (codec) => chatOf(codec, answered, session.id, row))
  return { chat: stored, created: Number(created) === 1 }
}

/** The chat, or null if there is none, or no such session. */
export async function getChat(
  backend: Backend,
  ref: ChatRef,
  options: CallOptions | undefined,
): Promise<StoredChat | null> {
  if (!isNamed(ref.session)) return null
  const row = await backend.find(scripts.getChat, chatCall(backend, ref, [], options))
  return row === null ? null : await openedChat(backend, ref, row as Row, options)
}

export async function updateChat(
  backend: Backend,
  ref: ChatRef,
  change: ChatChange,
  options: WriteOptions & { readonly expectedVersion: number },
): Promise<StoredChat> {
  assertNamed(ref.session)
  const { data, maxMessages, overflow } = change
  const { operationId, expectedVersion } = options
  const args = [token(operationId), `${expectedVersion}`]
  if (data !== undefined) {
    const copy = frozenJsonObject(data, 'data')
    args.push('d', await sealedText(backend, ref.session, copy, chatDataPlace(ref.id), options))
  }
  if (maxMessages !== undefined) args.push('mx', argument(maxMessages))
  if (overflow !== undefined) args.push('ov', overflow)
  const row = await backend.run(scripts.updateChat, chatCall(backend, ref, args, options, { expectedVersion }))
  return await openedChat(backend, ref, row as Row, options)
}

export async function deleteChat(backend: Backend, ref: ChatRef, options: WriteOptions): Promise<boolean> {
  assertNamed(ref.session)
  const call = chatCall(backend, ref, [token(options.operationId)], options)
  return Number(await backend.run(scripts.deleteChat, call)) === 1
}

export async function activateChat(backend: Backend, ref: ChatRef, options: WriteOptions): Promise<StoredSession> {
  assertNamed(ref.session)
  const call = chatCall(backend, ref, [token(options.operationId)], options)
  return await sessionOf(backend, ref.session.id, (await backend.run(scripts.activateChat, call)) as Row)
}

export async function listChats(
  backend: Backend,
  session: SessionRef,
  options: PageOptions | undefined,
): Promise<Page<StoredChat>> {
  const limit = pageLimit(options?.limit)
  const scope = JSON.stringify(['listChats', session.id])
  const after = positionIn(scope, options?.cursor)
  assertNamed(session)
  const [more, ...found] = (await backend.run(scripts.listChats, {
    keys: [backend.keys.session(session.id)],
    args: [ownerHash(session.owner), after, `${limit}`],
    about: { sessionId: session.id },
    options,
  })) as readonly [number, ...(readonly [string, Row])[]]
  const items = await opened(backend, session, options, (codec) =>
    found.map(([id, row]) => chatOf(codec, id, session.id, row)),
  )
  const last = items.at(-1)
  return { items, nextCursor: Number(more) === 1 && last !== undefined ? sealCursor(scope, [last.id]) : null }
}

/** A chat's record from the fields that were read. */
export function openedChat(
  backend: Backend,
  { id, session }: ChatRef,
  row: Row,
  options: CallOptions | undefined,
): Promise<StoredChat> {
  return opened(backend, session, options, (codec) => chatOf(codec, id, session.id, row))
}

/** A call of a script that works on a chat: its keys, and the owner's hash before the other arguments. */
export function chatCall(
  { keys }: Backend,
  { id, session }: ChatRef,
  args: readonly string[],
  options: CallOptions | undefined,
  about: ScriptCall['about'] = {},
): ScriptCall {
  return {
    keys: [keys.session(session.id), keys.chat(id, session.id)],
    args: [ownerHash(session.owner), ...args],
    about: { sessionId: session.id, chatId: id, ...about },
    options,
  }
}
