import { randomBytes } from 'node:crypto'
import { encrypted, json, KeyRing, rotateDataKey } from '@sess/core/codec'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf } from '../failures.ts'
import { newManager } from '../managers.ts'
import { openSession, place, refusalOf } from './encrypted-sessions.ts'

const values = process.env.SESS_TEST_LONG === '1' ? 1_000_000 : 20_000

test(`encrypted: ${values} values have as many nonces`, async () => {
  const { session } = await openSession()
  const nonces = new Set<string>()
  for (let count = 0; count < values; count++)
    nonces.add(Buffer.from(session.encode(0, place).subarray(16, 28)).toString('latin1'))
  expect(nonces.size).toBe(values)
}, 120_000)

test('encrypted: a key that has encrypted its most encrypts no more, and still decrypts', async () => {
  const { session } = await openSession({ maxValuesPerKey: 3 })
  const first = session.encode('a', place)
  session.encode('b', place)
  session.encode('c', place)
  expect(refusalOf(() => session.encode('d', place)).code).toBe('CODEC_KEY_EXHAUSTED')
  expect(session.decode(first, place)).toBe('a')
})

test.each([0, 1.5, 2 ** 28 + 1, '5'])('encrypted: %j is no number of values for a key', (maxValuesPerKey) => {
  const ring = new KeyRing({ keys: { k: randomBytes(32) }, active: 'k' })
  expect(() => encrypted(json(), ring, { maxValuesPerKey: maxValuesPerKey as number })).toThrow(
    expect.objectContaining({ details: { field: 'maxValuesPerKey' } }),
  )
})

test('encrypted: a session whose key is used up can be read, and written again once it has another key', async () => {
  const ring = new KeyRing({ keys: { k: randomBytes(32) }, active: 'k' })
  const store = new MemoryStore({ codec: encrypted(json(), ring, { maxValuesPerKey: 6, cacheTtlMs: 1 }) })
  const owner = { orgId: 'acme', userId: 'ada' }
  const session = await newManager({ store }).for(owner).createSession()
  const chat = await session.createChat()
  let kept = 0
  let code: string | null = null
  while (code === null && kept < 10) {
    code = await codeOf(chat.addMessage(`message ${kept}`))
    if (code === null) kept++
  }
  expect([code, (await chat.getMessages()).length]).toEqual(['CODEC_KEY_EXHAUSTED', kept])
  expect(await rotateDataKey(store, ring, { id: session.id, owner })).toBe(2)
  const deadline = performance.now() + 5_000
  for (code = 'not yet'; code !== null && performance.now() < deadline; ) code = await codeOf(chat.addMessage('again'))
  expect([code, (await chat.getMessages()).map(({ content }) => content).at(-1)]).toEqual([null, 'again'])
})
