import assert from 'node:assert/strict'
import type { JsonValue } from '../json.ts'
import { fails, leavesAlone } from './assertions.ts'
import { makeSession, noContextLimits, once, setContext } from './fixtures.ts'
import type { Cases } from './harness.ts'

const keys = (maxKeys: number) => ({ maxKeys, maxBytes: null })
const bytes = (maxBytes: number) => ({ maxKeys: null, maxBytes })

export const contextCases: Cases = {
  'context: every JSON value comes back as it was': async ({ store, peer }) => {
    const session = await makeSession(store)
    const values: Readonly<Record<string, JsonValue>> = {
      text: 'ä😀\u0000',
      empty: '',
      zero: 0,
      number: -1.5e-7,
      large: Number.MAX_SAFE_INTEGER,
      yes: true,
      no: false,
      nothing: null,
      list: [1, [2, []], { three: 3 }],
      object: { b: { a: {} }, a: '' },
    }
    await setContext(store, session, values)
    const other = await peer()
    for (const [key, value] of Object.entries(values)) {
      assert.deepEqual(await other.getContext(session, key), value, key)
    }
  },

  'getContext: a key that is not there is undefined': async ({ store }) => {
    const session = await makeSession(store)
    await setContext(store, session, { a: null })
    assert.equal(await store.getContext(session, 'b'), undefined)
    assert.equal(await store.getContext(session, 'a'), null)
  },

  'setContext: replaces a value and leaves the others': async ({ store }) => {
    const session = await makeSession(store)
    await setContext(store, session, { a: { old: true, more: 1 }, b: 2 })
    await setContext(store, session, { a: { old: false }, c: 3 })
    assert.deepEqual(await store.listContext(session), [
      ['a', { old: false }],
      ['b', 2],
      ['c', 3],
    ])
  },

  'listContext: is in the order of the UTF-16 units of the keys': async ({ store }) => {
    const session = await makeSession(store)
    // Bytes of UTF-8 and rules of languages would order these otherwise.
    const order = ['', 'B', 'Z', 'a', 'a ', 'aa', 'b', 'z', 'ä', '😀', '\u{e000}', '\uffee']
    const shuffled = [...order].reverse()
    await store.setContext(
      session,
      shuffled.filter(Boolean).map((key) => [key, 1]),
      { ...once(), ...noContextLimits },
    )
    const listed = (await store.listContext(session)).map(([key]) => key)
    assert.deepEqual(listed, order.slice(1))
  },

  'listContext: is empty in a new session': async ({ store }) => {
    assert.deepEqual(await store.listContext(await makeSession(store)), [])
  },

  'deleteContext: removes a value and leaves the others': async ({ store }) => {
    const session = await makeSession(store)
    await setContext(store, session, { a: 1, b: 2 })
    assert.equal(await store.deleteContext(session, 'a', once()), true)
    assert.deepEqual(await store.listContext(session), [['b', 2]])
  },

  'deleteContext: resolves to false where there is none': async ({ store }) => {
    const session = await makeSession(store)
    assert.equal(await store.deleteContext(session, 'a', once()), false)
    await setContext(store, session, { a: 1 })
    await store.deleteContext(session, 'a', once())
    assert.equal(await store.deleteContext(session, 'a', once()), false)
  },

  'context: is no change of the record': async ({ store }) => {
    const session = await makeSession(store)
    await setContext(store, session, { a: 1 })
    const record = await store.getSession(session)
    assert.deepEqual([record?.version, record?.updatedAt], [session.version, session.updatedAt])
  },

  'context: a missing session is SESSION_NOT_FOUND': async ({ store }) => {
    const session = await makeSession(store)
    await store.deleteSession(session, once())
    const details = { sessionId: session.id }
    await fails(store.getContext(session, 'a'), 'SESSION_NOT_FOUND', details)
    await fails(store.listContext(session), 'SESSION_NOT_FOUND', details)
    await fails(setContext(store, session, { a: 1 }), 'SESSION_NOT_FOUND', details)
    await fails(store.deleteContext(session, 'a', once()), 'SESSION_NOT_FOUND', details)
  },

  'setContext: too many keys are CONTEXT_LIMIT_REACHED, and none is written': async ({ store }) => {
    const session = await makeSession(store)
    const limit = { limit: 3, unit: 'keys' } as const
    await store.setContext(
      session,
      [
        ['a', 1],
        ['b', 2],
      ],
      { ...once(), ...keys(3) },
    )
    await leavesAlone(store, session, () =>
      fails(
        store.setContext(
          session,
          [
            ['a', 9],
            ['c', 3],
            ['d', 4],
          ],
          { ...once(), ...keys(3) },
        ),
        'CONTEXT_LIMIT_REACHED',
        limit,
      ),
    )
    await store.setContext(session, [['c', 3]], { ...once(), ...keys(3) })
    await fails(store.setContext(session, [['d', 4]], { ...once(), ...keys(3) }), 'CONTEXT_LIMIT_REACHED', limit)
  },

  'setContext: a key that is there takes no place': async ({ store }) => {
    const session = await makeSession(store)
    await store.setContext(
      session,
      [
        ['a', 1],
        ['b', 2],
      ],
      { ...once(), ...keys(2) },
    )
    await store.setContext(
      session,
      [
        ['b', 3],
        ['a', 4],
      ],
      { ...once(), ...keys(2) },
    )
    assert.deepEqual(await store.listContext(session), [
      ['a', 4],
      ['b', 3],
    ])
  },

  'setContext: a deleted key frees its place': async ({ store }) => {
    const session = await makeSession(store)
    await store.setContext(
      session,
      [
        ['a', 1],
        ['b', 2],
      ],
      { ...once(), ...keys(2) },
    )
    await store.deleteContext(session, 'a', once())
    await store.setContext(session, [['c', 3]], { ...once(), ...keys(2) })
  },

  'setContext: too many bytes are CONTEXT_LIMIT_REACHED, and none is written': async ({ store }) => {
    const session = await makeSession(store)
    await store.setContext(session, [['a', 'x'.repeat(600)]], { ...once(), ...bytes(1_000) })
    await leavesAlone(store, session, () =>
      fails(
        store.setContext(
          session,
          [
            ['b', 1],
            ['c', 'y'.repeat(600)],
          ],
          { ...once(), ...bytes(1_000) },
        ),
        'CONTEXT_LIMIT_REACHED',
        {
          limit: 1_000,
          unit: 'bytes',
        },
      ),
    )
    await store.setContext(session, [['c', 'y'.repeat(300)]], { ...once(), ...bytes(1_000) })
  },

  'setContext: bytes are those of UTF-8, of keys and values': async ({ store }) => {
    const session = await makeSession(store)
    const full = 'CONTEXT_LIMIT_REACHED'
    await fails(store.setContext(session, [['a', '😀'.repeat(300)]], { ...once(), ...bytes(1_000) }), full)
    await fails(store.setContext(session, [['a'.repeat(600), 'y'.repeat(600)]], { ...once(), ...bytes(1_000) }), full)
    await store.setContext(session, [['a', '😀'.repeat(200)]], { ...once(), ...bytes(1_000) })
  },

  'setContext: a replaced or deleted value gives its bytes back': async ({ store }) => {
    const session = await makeSession(store)
    for (let count = 0; count < 5; count++) {
      await store.setContext(session, [['a', `${count}`.repeat(600)]], { ...once(), ...bytes(1_000) })
    }
    await store.deleteContext(session, 'a', once())
    await store.setContext(session, [['b', 'x'.repeat(900)]], { ...once(), ...bytes(1_000) })
  },

  'setContext: 40 at once do not go over the limit': async ({ store, peer }) => {
    const session = await makeSession(store)
    const stores = [store, await peer()]
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        (stores[index % 2] ?? store).setContext(session, [[`key ${index}`, index]], { ...once(), ...keys(10) }),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10)
    assert.equal((await store.listContext(session)).length, 10)
  },
}
