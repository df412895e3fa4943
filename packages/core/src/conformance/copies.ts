import assert from 'node:assert/strict'
import { newId } from '../id.ts'
import { snapshot } from './assertions.ts'
import { chatFor, makeChat, makeSession, noContextLimits, noQuotas, once, sessionFor, someone } from './fixtures.ts'
import type { Case, Cases, World } from './harness.ts'
import type { MethodCall } from './methods.ts'
import { makeTarget, readingCalls, writingCalls } from './methods.ts'

/** A case: what was handed in may be changed afterwards. `act` answers what it handed in. */
function copiesIn(
  act: (world: World) => Promise<{ readonly handedIn: object; readonly read: () => Promise<unknown> }>,
): Case {
  return async (world) => {
    const { handedIn, read } = await act(world)
    const before = structuredClone(await read())
    spoil(handedIn)
    assert.deepEqual(await read(), before)
  }
}

/** The methods whose answer a store may keep as well. */
const writers = ['updateSession', 'touchSession', 'createChat', 'updateChat', 'activateChat', 'beginTurn']

/** A case per method: what was handed out is frozen or the caller's own. */
const handedOutCases: Cases = Object.fromEntries(
  Object.entries({ ...readingCalls, ...writingCalls })
    .filter(([name]) => Object.hasOwn(readingCalls, name) || writers.includes(name))
    .map(([name, call]) => [
      `copies: changing the answer of ${name} changes nothing`,
      copiesOut(call, Object.hasOwn(readingCalls, name)),
    ]),
)

export const copyCases: Cases = {
  ...handedOutCases,

  'copies: createSession copies what was handed in': copiesIn(async ({ store }) => {
    const made = sessionFor({ ...someone() }, { tags: ['a'], data: { list: [{ a: 1 }] } })
    const owner = { ...made.owner }
    await store.createSession(made, { quotas: noQuotas, ifKeyTaken: 'reject' })
    const ref = { id: made.id, owner }
    return { handedIn: made, read: () => store.getSession(ref) }
  }),

  'copies: updateSession copies what was handed in': copiesIn(async ({ store }) => {
    const session = await makeSession(store)
    const change = { tags: ['a'], data: { list: [{ a: 1 }] } }
    await store.updateSession(session, change, { ...once(), expectedVersion: session.version, quotas: noQuotas })
    return { handedIn: change, read: () => store.getSession(session) }
  }),

  'copies: createChat copies what was handed in': copiesIn(async ({ store }) => {
    const session = await makeSession(store)
    const made = chatFor(session, { data: { list: [{ a: 1 }] } })
    const ref = { id: made.id, session }
    await store.createChat(session, made, { maxChats: null, ifKeyTaken: 'reject' })
    return { handedIn: made, read: () => store.getChat(ref) }
  }),

  'copies: updateChat copies what was handed in': copiesIn(async ({ store }) => {
    const chat = await makeChat(store)
    const change = { data: { list: [{ a: 1 }] } }
    const expectedVersion = (await store.getChat(chat))?.version ?? 0
    await store.updateChat(chat, change, { ...once(), expectedVersion })
    return { handedIn: change, read: () => store.getChat(chat) }
  }),

  'copies: appendMessages copies what was handed in': copiesIn(async ({ store }) => {
    const chat = await makeChat(store)
    const messages = [mutableMessage()]
    await store.appendMessages(chat, messages)
    return { handedIn: messages, read: () => store.readMessages(chat, { limit: 5 }) }
  }),

  'copies: rewriteMessages copies what was handed in': copiesIn(async ({ store }) => {
    const chat = await makeChat(store)
    const messages = [mutableMessage()]
    await store.rewriteMessages(chat, 0, messages, once())
    return { handedIn: messages, read: () => store.readMessages(chat, { limit: 5 }) }
  }),

  'copies: setContext copies what was handed in': copiesIn(async ({ store }) => {
    const session = await makeSession(store)
    const entries: [string, { list: { a: number }[] }][] = [['a', { list: [{ a: 1 }] }]]
    await store.setContext(session, entries, { ...once(), ...noContextLimits })
    return { handedIn: entries, read: () => store.listContext(session) }
  }),

  'copies: changing the answer of rewriteMessages does not change what a repeat answers': async ({ store }) => {
    const chat = await makeChat(store)
    const rewrite = [chat, 0, [mutableMessage()], once()] as const
    const answer = await store.rewriteMessages(...rewrite)
    const before = structuredClone(answer)
    spoil(answer)
    assert.deepEqual(await store.rewriteMessages(...rewrite), before)
  },

  'copies: what is handed in is copied before the call waits': async ({ store }) => {
    const chat = await makeChat(store)
    const message = mutableMessage()
    const appended = store.appendMessages(chat, [message])
    spoil(message)
    await appended
    const [kept] = (await store.readMessages(chat, { limit: 5 })).messages
    assert.deepEqual(kept?.content, mutableMessage().content)
  },

  'copies: what is handed in may be frozen': async ({ store }) => {
    const made = deepFreeze(sessionFor(someone(), { tags: ['a'], data: { list: [{ a: 1 }] } }))
    const { session } = await store.createSession(made, deepFreeze({ quotas: noQuotas, ifKeyTaken: 'reject' as const }))
    const chat = deepFreeze(chatFor(session, { data: { a: [] } }))
    await store.createChat(session, chat, { maxChats: null, ifKeyTaken: 'reject' })
    await store.appendMessages({ id: chat.id, session }, deepFreeze([mutableMessage()]))
  },

  'copies: messages are frozen': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, [mutableMessage()])
    const { messages } = await store.readMessages(chat, { limit: 5 })
    const [message] = messages
    assert.ok(Object.isFrozen(message))
    assert.ok(Object.isFrozen(message?.content))
    assert.ok(Object.isFrozen(message?.metadata?.deep))
  },

  'copies: one answer does not change when the next is asked for': async ({ store }) => {
    const target = await makeTarget(store)
    const answers = await Promise.all(Object.values(readingCalls).map((call) => call(store, target)))
    const before = structuredClone(answers)
    for (const call of Object.values(writingCalls)) await call(store, target)
    assert.deepEqual(answers, before)
  },
}

function copiesOut(call: MethodCall, reads: boolean): Case {
  return async ({ store }) => {
    const target = await makeTarget(store)
    const { chat, session } = target
    await store.appendMessages(chat, [mutableMessage()])
    const options = { ...once(), expectedVersion: target.version, quotas: noQuotas }
    const { version } = await store.updateSession(session, { tags: ['t'], data: { list: [{ a: 1 }] } }, options)
    await store.setContext(session, [['a', { list: [{ a: 1 }] }]], { ...once(), ...noContextLimits })
    const now = { ...target, version }
    const all = async (): Promise<readonly unknown[]> => [
      await snapshot(store, session),
      reads && (await call(store, now)),
    ]
    const answer = await call(store, now)
    const before = structuredClone(await all())
    spoil(answer)
    assert.deepEqual(await all(), before)
  }
}

function mutableMessage() {
  const content = [{ type: 'text' as const, text: 'hello', metadata: { deep: [1, 2] } }]
  return { id: newId(), role: 'user' as const, content, metadata: { deep: { list: [1, 2] } } }
}

/** Changes everything in a value that can be changed. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const item of Object.values(value)) spoil(item)
  if (Array.isArray(value)) {
    Reflect.set(value, value.length, 'spoilt')
    Reflect.set(value, 0, 'spoilt')
    return
  }
  for (const key of Object.keys(value))
    Reflect.set(value, key, typeof Reflect.get(value, key) === 'number' ? -1 : 'spoilt')
  Reflect.set(value, 'spoilt', true)
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
