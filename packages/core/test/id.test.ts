import { assertChatId, assertSessionId, isId, newChatId, newId, newSessionId, ownerTail } from '@sess/core'
import { expect, test } from 'vitest'
import { ada, failure } from './one-session.ts'

test('id: it is a UUIDv7 of now', () => {
  const before = Date.now()
  const id = newId()
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  expect(madeAt).toBeGreaterThanOrEqual(before)
  // A burst of more than 4,096 in a millisecond borrows from the next ones.
  expect(madeAt).toBeLessThan(Date.now() + 1_000)
})

test('id: 100,000 in a row are all different and in order, whatever their kind', () => {
  const sessionId = newSessionId(ada)
  const makers = [newId, () => newSessionId(ada), () => newChatId(sessionId)]
  const ids = Array.from({ length: 100_000 }, (_, index) => makers[index % makers.length]?.() ?? '')
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))).toBe(true)
  expect(ids.every(isId)).toBe(true)
})

test('id: the random bits are random', () => {
  const ids = Array.from({ length: 2_000 }, () => newId().replaceAll('-', ''))
  for (const digit of [17, 18, 19, 20, 24, 28, 31]) {
    expect(new Set(ids.map((id) => id[digit])).size, `digit ${digit}`).toBe(16)
  }
})

test('id: a session ends with the tail of its owner, a chat with that of its session', () => {
  const sessionId = newSessionId(ada)
  expect(sessionId.slice(-4)).toBe(ownerTail(ada))
  expect(newChatId(sessionId).slice(-4)).toBe(ownerTail(ada))
})

test('id: the tail of an owner never changes, as stored ids depend on it', () => {
  const tails = [ada, { orgId: 'a', userId: 'bc' }, { orgId: 'ab', userId: 'c' }, { orgId: 'ö', userId: '😀' }]
  expect(tails.map(ownerTail)).toMatchInlineSnapshot(`
    [
      "89d5",
      "92dd",
      "a77b",
      "cab8",
    ]
  `)
})

test('id: the tails of owners are spread evenly over the slots', () => {
  const counts = new Map<number, number>()
  const owners = 64_000
  for (let index = 0; index < owners; index++) {
    const slot = Number.parseInt(ownerTail({ orgId: `org${index % 40}`, userId: `user${index}` }), 16) % 64
    counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }
  const mean = owners / 64
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
  expect(counts.size).toBe(64)
  // 63 degrees of freedom: one hash in a million that is even exceeds this.
  expect(chiSquare).toBeLessThan(128)
})

test.each([
  [''],
  ['__proto__'],
  ['../x'],
  [newId().toUpperCase()],
  [` ${newId()}`],
  [`${newId()}\n`],
  ['00000000-0000-4000-8000-000000000000'],
  [null],
  [{ length: 36 }],
])('id: %j is none', (value) => {
  expect(isId(value)).toBe(false)
})

test('id: a session id of somebody else and a chat id of another tail are refused', async () => {
  const sessionId = newSessionId(ada)
  assertSessionId(sessionId, ada)
  assertChatId(newChatId(sessionId), sessionId)
  const stranger = { orgId: 'acme', userId: 'bob' }
  expect(ownerTail(stranger)).not.toBe(ownerTail(ada))
  expect((await failure(() => assertSessionId(sessionId, stranger))).details).toEqual({ field: 'id' })
  expect((await failure(() => assertChatId(newChatId(newSessionId(stranger)), sessionId))).details).toEqual({
    field: 'id',
  })
})
