import { randomUUID } from 'node:crypto'
import type { CallOptions } from '../call-options.ts'
import { newChatId, newId, newSessionId } from '../id.ts'
import type { Owner } from '../owner.ts'
import type { ChatRef, SessionRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import {
  beginTurn,
  chatFor,
  makeChat,
  makeSession,
  noContextLimits,
  noQuotas,
  numbered,
  once,
  say,
  setContext,
} from './fixtures.ts'

/** A session on which every method of a store would do or tell something. */
export interface Target {
  readonly session: SessionRef
  readonly version: number
  /** Holds two messages. */
  readonly chat: ChatRef
  readonly chatVersion: number
  /** Not the active one. */
  readonly second: ChatRef
  /** A turn runs in it under `fence`. */
  readonly busy: ChatRef
  readonly fence: number
}

/** Calls a method on a target. Only what `target` names tells the calls of two owners apart. */
export type MethodCall = (store: Store, target: Target, options?: CallOptions) => Promise<unknown>

/** The methods that read one session. */
export const readingCalls: Readonly<Record<string, MethodCall>> = {
  getSession: (store, { session }, options) => store.getSession(session, options),
  getChat: (store, { chat }, options) => store.getChat(chat, options),
  listChats: (store, { session }, options) => store.listChats(session, { ...options }),
  readMessages: (store, { chat }, options) => store.readMessages(chat, { limit: 10 }, options),
  getContext: (store, { session }, options) => store.getContext(session, 'a', options),
  listContext: (store, { session }, options) => store.listContext(session, options),
}

/** The methods that write one session, but the one that deletes it. On one target they work one after another. */
export const writingCalls: Readonly<Record<string, MethodCall>> = {
  updateSession: (store, { session, version }, options) =>
    store.updateSession(
      session,
      { data: { changed: true } },
      { ...options, ...once(), expectedVersion: version, quotas: noQuotas },
    ),
  touchSession: (store, { session }, options) => store.touchSession(session, { ...options, expiresInMs: 77_777_777 }),
  createChat: (store, { session }, options) =>
    store.createChat(session, chatFor(session), { ...options, maxChats: null, ifKeyTaken: 'reject' }),
  updateChat: (store, { chat, chatVersion }, options) =>
    store.updateChat(chat, { data: { changed: true } }, { ...options, ...once(), expectedVersion: chatVersion }),
  activateChat: (store, { second }, options) => store.activateChat(second, { ...options, ...once() }),
  appendMessages: (store, { chat }, options) => store.appendMessages(chat, [say('late')], options),
  rewriteMessages: (store, { chat }, options) =>
    store.rewriteMessages(chat, 1, [say('other')], { ...options, ...once() }),
  setContext: (store, { session }, options) =>
    store.setContext(session, [['b', 2]], { ...options, ...once(), ...noContextLimits }),
  deleteContext: (store, { session }, options) => store.deleteContext(session, 'a', { ...options, ...once() }),
  beginTurn: (store, { chat }, options) =>
    store.beginTurn(chat, { ...options, turnId: newId(), leaseMs: 60_000, ifBusy: 'take-over' }),
  renewTurn: (store, { busy, fence }, options) => store.renewTurn(busy, fence, { ...options, leaseMs: 60_000 }),
  endTurn: (store, { busy, fence }, options) => store.endTurn(busy, fence, { ...options, responseMs: 5 }),
  interruptTurn: (store, { busy }, options) => store.interruptTurn(busy, options),
  deleteChat: (store, { chat }, options) => store.deleteChat(chat, { ...options, ...once() }),
}

export const deleteCall: MethodCall = (store, { session }, options) =>
  store.deleteSession(session, { ...options, ...once() })

export async function makeTarget(store: Store, owner?: Owner): Promise<Target> {
  const { id, owner: whose } = await makeSession(store, owner === undefined ? {} : { owner })
  const session: SessionRef = { id, owner: whose }
  const chat = await makeChat(store, {}, session)
  await store.appendMessages(chat, numbered(2))
  const second = await makeChat(store, {}, session)
  const busy = await makeChat(store, {}, session)
  await setContext(store, session, { a: 1 })
  const fence = await beginTurn(store, busy)
  const version = (await store.getSession(session))?.version ?? 0
  const chatVersion = (await store.getChat(chat))?.version ?? 0
  return { session, version, chat, chatVersion, second, busy, fence }
}

/** The same target as somebody else would name it. */
export function targetOf(owner: Owner, target: Target): Target {
  const session: SessionRef = { id: target.session.id, owner }
  const of = ({ id }: ChatRef): ChatRef => ({ id, session })
  return { ...target, session, chat: of(target.chat), second: of(target.second), busy: of(target.busy) }
}

/** A target that does not exist. */
export function missingTarget(owner: Owner): Target {
  const session: SessionRef = { id: newSessionId(owner), owner }
  const chat = (): ChatRef => ({ id: newChatId(session.id), session })
  return { session, version: 1, chat: chat(), chatVersion: 1, second: chat(), busy: chat(), fence: 1 }
}

/** What came of a call, with the ids of the target left out. */
export async function outcomeOf(call: Promise<unknown>, target: Target): Promise<unknown> {
  const [outcome] = await Promise.allSettled([call])
  if (outcome.status === 'fulfilled') return { value: outcome.value }
  const { code, details } = outcome.reason
  if (code === undefined) throw outcome.reason
  const text = JSON.stringify(details)
  const ids = [target.session.id, target.chat.id, target.second.id, target.busy.id]
  return { code, details: ids.reduce((left, id, index) => left.replaceAll(id, `<${index}>`), text) }
}

/** A claim that nobody was given. */
export function forgedClaim(): string {
  return randomUUID()
}
