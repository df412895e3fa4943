import { SessionManager } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'

test('manager: a chat answers, remembers and counts', async () => {
  const manager = new SessionManager({
    store: new MemoryStore(),
    agent: async (turn) => `you said ${turn.messages.length}`,
  })
  const ada = manager.for({ orgId: 'acme', userId: 'ada' })
  const session = await ada.createSession({ name: 'Support', tags: ['vip'] })
  const general = await session.createChat({ name: 'General' })
  const reply = await session.sendMessage('Hello!')
  expect(reply.text).toBe('you said 1')
  expect((await general.getMessages()).map((m) => [m.seq, m.role])).toEqual([
    [1, 'user'],
    [2, 'assistant'],
  ])
  expect((await session.stats()).messageCount).toBe(2)
  await manager.close()
})
