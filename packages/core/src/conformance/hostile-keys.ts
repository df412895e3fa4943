import assert from 'node:assert/strict'
import type { JsonValue } from '../json.ts'
import { allOf } from './assertions.ts'
import {
  chatFor,
  makeChat,
  makeSession,
  messagesOf,
  noContextLimits,
  noQuotas,
  once,
  say,
  sessionFor,
  someone,
} from './fixtures.ts'
import type { Cases } from './harness.ts'

/** Names that mean something to a language, a pattern, a path, a separator or a collation. All are just different. */
const names: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '*',
  '?',
  '[a-z]',
  '{}',
  '{tag}',
  '%',
  '_',
  '../',
  '/',
  '.',
  'a:b',
  'a',
  'b',
  ':',
  '1',
  '01',
  '1.0',
  'null',
  'undefined',
  'NaN',
  '-',
  '--',
  "'",
  '"',
  "'; DROP TABLE sess_session; --",
  '`',
  '\\',
  '\\0',
  '$1',
  '#{x}',
  '\u0000',
  'a\u0000',
  'a\u0000b',
  '\n',
  '\r\n',
  '\t',
  ' ',
  'a ',
  ' a',
  'a  ',
  'A',
  'é',
  'e\u0301',
  'É',
  'ß',
  'ss',
  'ẞ',
  'ı',
  'i',
  'I',
  'İ',
  'K',
  '\u212a',
  '😀',
  '👩‍👩‍👧',
  '\u200b',
  'a\u200b',
  '\u202e',
  '\ufeff',
  '\ufeffa',
  '\uffff',
  'x'.repeat(255),
  `${'x'.repeat(254)}y`,
  '😀'.repeat(63),
  'ä'.repeat(127),
]
/** Message ids have half the room. */
const shortNames = names.filter((name) => Buffer.byteLength(name) <= 128).concat('x'.repeat(128), `${'x'.repeat(127)}y`)

export const hostileKeyCases: Cases = {
  'hostile names: userId': async ({ store }) => {
    const { orgId } = someone()
    const made = new Map<string, string>()
    for (const userId of names) made.set(userId, (await makeSession(store, { owner: { orgId, userId }, key: 'k' })).id)
    for (const [userId, id] of made) {
      const { items } = await store.listSessions({ orgId, userId })
      assert.deepEqual(
        items.map((item) => [item.id, item.owner]),
        [[id, { orgId, userId }]],
        JSON.stringify(userId),
      )
      assert.equal(await store.countSessions({ orgId, userId }), 1)
      assert.equal((await store.getSession({ id, owner: { orgId, userId } }))?.owner.userId, userId)
    }
    const all = await allOf((cursor) => store.listSessions({ orgId }, { limit: 200, cursor }))
    assert.equal(all.length, names.length)
  },

  'hostile names: orgId': async ({ store }) => {
    const { userId } = someone()
    for (const orgId of names) {
      const owner = { orgId, userId }
      const { id } = await makeSession(store, { owner, key: 'k' })
      assert.deepEqual(
        (await store.listSessions(owner)).items.map((item) => [item.id, item.owner]),
        [[id, owner]],
      )
      assert.equal(await store.countSessions(owner), 1, JSON.stringify(orgId))
    }
  },

  'hostile names: key of a session': async ({ store }) => {
    const owner = someone()
    const made = new Map<string, string>()
    for (const key of names) {
      const { session, created } = await store.createSession(sessionFor(owner, { key }), {
        quotas: noQuotas,
        ifKeyTaken: 'open',
      })
      assert.equal(created, true, JSON.stringify(key))
      made.set(key, session.id)
    }
    for (const [key, id] of made) {
      const { session, created } = await store.createSession(sessionFor(owner, { key }), {
        quotas: noQuotas,
        ifKeyTaken: 'open',
      })
      assert.deepEqual([session.id, session.key, created], [id, key, false], JSON.stringify(key))
    }
  },

  'hostile names: key of a chat': async ({ store }) => {
    const session = await makeSession(store)
    const options = { maxChats: null, ifKeyTaken: 'open' } as const
    const made = new Map<string, string>()
    for (const key of names) {
      const { chat, created } = await store.createChat(session, chatFor(session, { key }), options)
      assert.equal(created, true, JSON.stringify(key))
      made.set(key, chat.id)
    }
    for (const [key, id] of made) {
      const { chat, created } = await store.createChat(session, chatFor(session, { key }), options)
      assert.deepEqual([chat.id, chat.key, created], [id, key, false], JSON.stringify(key))
    }
  },

  'hostile names: key of a context value': async ({ store }) => {
    const session = await makeSession(store)
    for (const [index, key] of names.entries()) {
      await store.setContext(session, [[key, index]], { ...once(), ...noContextLimits })
    }
    for (const [index, key] of names.entries()) {
      assert.equal(await store.getContext(session, key), index, JSON.stringify(key))
    }
    const sorted = names.map((key, index) => [key, index] as const).sort(([a], [b]) => (a < b ? -1 : 1))
    assert.deepEqual(await store.listContext(session), sorted)
    for (const key of names) assert.equal(await store.deleteContext(session, key, once()), true, JSON.stringify(key))
    assert.deepEqual(await store.listContext(session), [])
  },

  'hostile names: a key nobody set is not there': async ({ store }) => {
    const session = await makeSession(store)
    for (const key of names) {
      assert.equal(await store.getContext(session, key), undefined, JSON.stringify(key))
      assert.equal(await store.deleteContext(session, key, once()), false, JSON.stringify(key))
    }
  },

  'hostile names: id of a message': async ({ store }) => {
    const chat = await makeChat(store)
    const messages = shortNames.map((id, index) => say(`${index}`, { id }))
    const { seqs, written } = await store.appendMessages(chat, messages)
    assert.deepEqual(
      written,
      shortNames.map(() => true),
    )
    assert.deepEqual(
      (await messagesOf(store, chat)).map(({ id }) => id),
      shortNames,
    )
    const again = await store.appendMessages(chat, messages.toReversed())
    assert.deepEqual([again.seqs, again.written], [seqs.toReversed(), shortNames.map(() => false)])
  },

  'hostile names: tags': async ({ store }) => {
    const owner = someone()
    const made = new Map<string, string>()
    for (const tag of names) made.set(tag, (await makeSession(store, { owner, tags: ['common', tag] })).id)
    for (const [tag, id] of made) {
      const items = await allOf((cursor) => store.listSessions({ ...owner, tag }, { limit: 200, cursor }))
      assert.deepEqual(
        items.map((item) => [item.id, item.tags]),
        [[id, ['common', tag]]],
        JSON.stringify(tag),
      )
    }
  },

  'hostile names: in everything that is opaque': async ({ store }) => {
    const owner = someone()
    // From entries: a literal would not take "__proto__" as a key.
    const data: { readonly [key: string]: JsonValue } = Object.fromEntries(
      names.map((name) => [name, { [name]: name }]),
    )
    const session = await makeSession(store, { owner, data })
    const chat = await makeChat(store, { data }, session)
    const part = { type: 'data', name: '__proto__', data } as const
    await store.appendMessages(chat, [say('', { content: [part], metadata: data, name: '__proto__' })])
    const [message] = await messagesOf(store, chat)
    for (const kept of [
      (await store.getSession(session))?.data,
      (await store.getChat(chat))?.data,
      message?.metadata,
    ]) {
      assert.ok(kept !== undefined)
      assert.deepEqual(Object.keys(kept).sort(), [...names].sort())
      assert.deepEqual(Object.getOwnPropertyDescriptor(kept, '__proto__')?.value, { ['__proto__']: '__proto__' })
    }
    assert.equal(Object.getPrototypeOf({}).spoilt, undefined)
  },

  'hostile names: as ids they are like missing ones': async ({ store }) => {
    const session = await makeSession(store)
    for (const id of names) {
      assert.equal(await store.findSession(id), null, JSON.stringify(id))
      assert.equal(await store.getSession({ id, owner: session.owner }), null)
      assert.equal(await store.getChat({ id, session }), null)
      assert.equal(await store.deleteSession({ id, owner: session.owner }, once()), false)
      assert.equal(await store.deleteChat({ id, session }, once()), false)
    }
    assert.equal(await store.countSessions(session.owner), 1)
  },
}
