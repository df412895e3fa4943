import { newSessionId, type Store } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { Load, messageViolations, type Sent, violations } from '@sess/testkit'
import { expect, test } from 'vitest'

const sent = (count: number): Sent[] =>
  Array.from({ length: count }, (_, index) => {
    return { writer: 0, id: `m${index}`, content: `0 ${index}`, outcome: { seq: index + 1 } }
  })
const stored = (count: number) => sent(count).map(({ id, content }, index) => ({ id, content, seq: index + 1 }))

test('what is as it was said to be is no violation', () => {
  expect(messageViolations(sent(3), stored(3), true)).toEqual([])
})

test('a message that is lost, there twice, moved, changed, or of nobody is told', () => {
  const [first, second, third] = stored(3)
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are three')
  const cases: [readonly { id: string; seq: number; content: string }[], string][] = [
    [[first, second], '"0 2" was acknowledged, and is lost'],
    [[first, second, third, { ...first, seq: 4 }], 'message m0 is there twice'],
    [[second, first, third].map((one, index) => ({ ...one, seq: index + 1 })), '"0 1" stands before an earlier one'],
    [[first, { ...second, content: 'x' }, third], '"0 1" has other content'],
    [[first, second, { ...third, seq: 5 }], 'seq 5 stands at place 3'],
    [[first, second, third, { id: 'x', content: 'x', seq: 4 }], 'nobody sent message x'],
  ]
  for (const [there, expected] of cases) expect(messageViolations(sent(3), there, true).join('; ')).toContain(expected)
})

test('a message that was said not to be written, and is there, is told; one nobody knows of may be there or not', () => {
  const messages = sent(2)
  const [first] = messages
  if (first === undefined) throw new Error('there are two')
  const refused: Sent[] = [{ ...first, outcome: 'not-written' }, ...messages.slice(1)]
  expect(messageViolations(refused, stored(2), true)).toEqual(['"0 0" is there, and was said not to be'])
  const unknown: Sent[] = [...messages.slice(1), { ...first, id: 'u', content: 'u', outcome: 'unknown' }]
  const [, second] = stored(2)
  expect(messageViolations(unknown, second === undefined ? [] : [second], true)).toEqual([])
})

async function loaded(store: Store): Promise<Load> {
  const load = await Load.start(store)
  await load.makesProgress(200)
  await load.stop()
  return load
}

test('a store that is well has no violation', async () => {
  const store = new MemoryStore()
  expect(await violations(await loaded(store), store, { timeoutMs: 1_000 })).toEqual([])
})

test('a store that lost, kept or leaked something behind our back is found out', async () => {
  const quotas = { store: null, org: null, user: null }
  const expiry = { idleMs: null, absoluteMs: null }
  const harms: [string, (load: Load, store: MemoryStore) => Promise<unknown>][] = [
    [
      'is lost',
      async ({ ledger }, store) => {
        const [entry] = ledger.sent.values()
        if (entry) await store.rewriteMessages(entry.chat, 1, [], { operationId: 'x' })
      },
    ],
    [
      'nobody sent',
      async ({ ledger }, store) => {
        const [entry] = ledger.sent.values()
        if (entry) await store.appendMessages(entry.chat, [{ id: 'x', role: 'user', content: 'x' }])
      },
    ],
    [
      'is not listed',
      async ({ ledger, owner }, store) => {
        for (const id of ledger.sessions) await store.deleteSession({ id, owner }, { operationId: 'x' })
      },
    ],
    [
      'was said not to be made',
      async ({ ledger }) => {
        for (const id of ledger.sessions) ledger.refused.add(id)
      },
    ],
    [
      'at a limit of',
      async ({ owner }, store) => {
        for (let count = 0; count < 20; count++)
          await store.createSession(
            { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null },
            { quotas, ifKeyTaken: 'reject' },
          )
      },
    ],
  ]
  for (const [told, harm] of harms) {
    const store = new MemoryStore()
    const load = await loaded(store)
    await harm(load, store)
    expect((await violations(load, store, { timeoutMs: 1_000 })).join('; ')).toContain(told)
  }
})
