import type { JsonValue, Session } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { ada, codeAndDetails, failure, newManager, newSession } from './one-session.ts'

const values: readonly JsonValue[] = [
  ...['text', '', '😀', 0, -1.5, 1e300, true, false, null, [], {}],
  ...[[1, [null, { a: [] }]], { a: { b: [1] } }, JSON.parse('{"__proto__":{"x":1},"constructor":null}')],
]
test.each(values.map((value) => [value]))('context: %j comes back as it was set', async (value) => {
  const { context } = await newSession()
  await context.set('key', value)
  expect(await context.get('key')).toStrictEqual(value)
  expect(JSON.stringify(await context.get('key'))).toBe(JSON.stringify(value))
  expect(await context.entries()).toEqual([['key', value]])
})

test('context: what was never set, or was deleted, is undefined', async () => {
  const { context } = await newSession()
  for (const key of ['a', '__proto__', 'constructor', 'toString']) expect(await context.get(key)).toBe(undefined)
  expect(await context.entries()).toEqual([])
  await context.set('a', null)
  expect(await context.get('a')).toBe(null)
  expect(await context.delete('a')).toBe(true)
  expect(await context.delete('a')).toBe(false)
  expect(await context.get('a')).toBe(undefined)
})

test('context: a value that is set again replaces the one before', async () => {
  const { context } = await newSession()
  await context.set('a', { x: 1, y: 2 })
  await context.set('a', { x: 3 })
  expect(await context.entries()).toEqual([['a', { x: 3 }]])
})

test('context: entries come in the order of their keys’ UTF-16 units, however they were set', async () => {
  const { context } = await newSession()
  for (const key of ['b', '10', 'ﬁ', 'a', '9', '😀', 'Z', 'é', 'aa', ' ']) await context.set(key, 1)
  expect((await context.entries()).map(([key]) => key)).toEqual([' ', '10', '9', 'Z', 'a', 'aa', 'b', 'é', '😀', 'ﬁ'])
})

test('context: setAll sets what it names and leaves the rest', async () => {
  const { context } = await newSession()
  await context.setAll({ a: 1, b: 2 })
  await context.setAll({ b: 3, c: 4 })
  await context.setAll({})
  expect(await context.entries()).toEqual([
    ['a', 1],
    ['b', 3],
    ['c', 4],
  ])
})

test('context: one bad value among many, and none is set', async () => {
  const { context } = await newSession()
  await context.set('a', 'before')
  const bad = { a: 1, b: { c: [1n] } } as unknown as Record<string, JsonValue>
  expect(await codeAndDetails(() => context.setAll(bad))).toEqual(['INVALID_ARGUMENT', { field: 'values.b.c[0]' }])
  expect(await context.entries()).toEqual([['a', 'before']])
})

test('context: one key too many, and none is set', async () => {
  const { context } = await newSession({ limits: { contextKeys: 3 } })
  await context.setAll({ a: 1, b: 1 })
  expect(await codeAndDetails(() => context.setAll({ a: 2, c: 2, d: 2 }))).toEqual([
    'CONTEXT_LIMIT_REACHED',
    { limit: 3, unit: 'keys' },
  ])
  expect(await context.entries()).toEqual([
    ['a', 1],
    ['b', 1],
  ])
  await context.setAll({ a: 3, b: 3, c: 3 })
  expect((await failure(() => context.set('d', 1))).code).toBe('CONTEXT_LIMIT_REACHED')
  await context.set('c', 4)
  await context.delete('a')
  await context.set('d', 1)
  expect((await context.entries()).map(([key]) => key)).toEqual(['b', 'c', 'd'])
})

test.each<readonly [string, string, JsonValue]>([
  ['plain text', 'key', 'value'],
  ['two bytes a character', 'é', 'é'],
  ['a surrogate pair', '😀', ['😀']],
  ['escapes', '"\n', '\\\u0000'],
  ['an object', 'k', { a: [1, null] }],
])('context: bytes are those of key and value as UTF-8 JSON: %s', async (_, key, value) => {
  const bytes = Buffer.byteLength(JSON.stringify(key) + JSON.stringify(value))
  const { context } = await newSession({ limits: { contextBytes: bytes - 1 } })
  expect(await codeAndDetails(() => context.set(key, value))).toEqual([
    'CONTEXT_LIMIT_REACHED',
    { limit: bytes - 1, unit: 'bytes' },
  ])
  expect(await context.entries()).toEqual([])
  const fitting = (await newSession({ limits: { contextBytes: bytes } })).context
  await fitting.set(key, value)
  expect(await fitting.get(key)).toEqual(value)
})

test('context: bytes of what is replaced or deleted are free again', async () => {
  const { context } = await newSession({ limits: { contextBytes: 105 } })
  for (let round = 0; round < 5; round++) {
    await context.set('a', 'x'.repeat(100))
    expect((await failure(() => context.set('b', 1))).code).toBe('CONTEXT_LIMIT_REACHED')
    await context.set('a', 'short')
    await context.set('b', 1)
    await context.delete('b')
    await context.delete('a')
    await context.delete('a')
  }
  await context.set('c', 'x'.repeat(100))
})

test('context: 256 keys and 1 MiB are allowed by default, and null is any number', async () => {
  const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, index]))
  const { context } = await newSession()
  expect((await failure(() => context.setAll(many))).details).toEqual({ limit: 256, unit: 'keys' })
  expect((await failure(() => context.set('a', 'x'.repeat(1_048_576)))).details).toEqual({
    limit: 1_048_576,
    unit: 'bytes',
  })
  const free = (await newSession({ limits: { contextKeys: null, contextBytes: null } })).context
  await free.setAll(many)
  await free.set('a', 'x'.repeat(1_048_576))
  expect(await free.entries()).toHaveLength(258)
})

test('context: a limit that is reached is told', async () => {
  const manager = newManager({ limits: { contextKeys: 1 } })
  const told: unknown[] = []
  manager.on('limit-reached', (event) => told.push(event))
  const session = await manager.for(ada).createSession({ context: { a: 1 } })
  await failure(() => session.context.set('b', 1))
  expect(told).toEqual([{ owner: ada, sessionId: session.id, code: 'CONTEXT_LIMIT_REACHED' }])
})

test('context: what is handed in and handed out is the session’s no more', async () => {
  const { context } = await newSession()
  const value = { list: [1], inner: { a: 1 } }
  await context.set('key', value)
  value.list.push(2)
  value.inner.a = 2
  expect(await context.get('key')).toEqual({ list: [1], inner: { a: 1 } })
  const read = (await context.get('key')) as typeof value
  const [[, listed] = []] = await context.entries()
  for (const copy of [read, listed as typeof value]) {
    try {
      copy.list.push(3)
    } catch {
      // Frozen is as good as a copy.
    }
  }
  expect(await context.get('key')).toEqual({ list: [1], inner: { a: 1 } })
})

test('context: __proto__ among others is a key, and changes no prototype', async () => {
  const { context } = await newSession()
  await context.setAll(JSON.parse('{"__proto__":{"admin":true},"a":1}'))
  expect(await context.entries()).toEqual([
    ['__proto__', { admin: true }],
    ['a', 1],
  ])
  expect(({} as { admin?: boolean }).admin).toBe(undefined)
  expect(await context.get('admin')).toBe(undefined)
})

test('context: each session has its own', async () => {
  const sessions = newManager().for(ada)
  const [first, second] = [await sessions.createSession({ context: { a: 1 } }), await sessions.createSession()]
  await second.context.set('a', 2)
  await second.context.set('b', 2)
  expect(await first.context.entries()).toEqual([['a', 1]])
  await first.context.delete('a')
  expect(await second.context.get('a')).toBe(2)
  await second.delete()
  expect((await failure(() => second.context.get('a'))).code).toBe('SESSION_NOT_FOUND')
})

const states = {
  SESSION_PAUSED: (session: Session) => session.pause(),
  SESSION_ARCHIVED: (session: Session) => session.archive(),
  SESSION_CLOSED: (session: Session) => session.close(),
} as const
test.each(Object.entries(states))('context: with %s it can be read and not written', async (code, change) => {
  const session = await newSession()
  const { context } = session
  await context.set('a', 1)
  await change(session)
  for (const write of [() => context.set('a', 2), () => context.setAll({ b: 1 }), () => context.delete('a')])
    expect(await codeAndDetails(write)).toEqual([code, { sessionId: session.id }])
  expect(await context.get('a')).toBe(1)
  expect(await context.entries()).toEqual([['a', 1]])
})

test('context: writing is activity, reading is not', async () => {
  let now = 0
  const session = await newSession({ store: new MemoryStore({ clock: () => now }), expiry: { idleMs: 100 } })
  const { context } = session
  const writes = [() => context.set('a', 1), () => context.setAll({ b: 2 }), () => context.delete('a')]
  for (const write of writes) {
    now += 60
    await write()
    expect(await session.refresh()).toMatchObject({ lastActiveAt: now, expiresAt: now + 100 })
  }
  now += 60
  await context.get('b')
  await context.entries()
  await context.setAll({})
  expect(await session.refresh()).toMatchObject({ lastActiveAt: 180, expiresAt: 280 })
  now = 280
  for (const call of [
    () => context.get('b'),
    () => context.entries(),
    () => context.set('b', 1),
    () => context.delete('b'),
  ])
    expect((await failure(call)).code).toBe('SESSION_EXPIRED')
})

test('context: writing is no change of the record', async () => {
  const session = await newSession()
  const before = await session.refresh()
  await session.context.set('a', 1)
  expect((await session.refresh()).version).toBe(before.version)
})

test('context: after the manager was closed it answers CLOSED', async () => {
  const manager = newManager()
  const { context } = await manager.for(ada).createSession()
  await manager.close()
  for (const call of [
    () => context.get('a'),
    () => context.entries(),
    () => context.set('a', 1),
    () => context.setAll({ a: 1 }),
    () => context.delete('a'),
  ])
    expect((await failure(call)).code).toBe('CLOSED')
})

test('context: an agent reads and writes that of its session', async () => {
  const session = await newSession({
    agent: async ({ context }) => {
      const count = ((await context.get('count')) as number | undefined) ?? 0
      await context.set('count', count + 1)
      return `${count + 1}`
    },
  })
  await session.sendMessage('Hi')
  expect((await session.sendMessage('Hi')).text).toBe('2')
  expect(await session.context.get('count')).toBe(2)
})
