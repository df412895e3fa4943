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

test('manager: what a session and a chat were made with is what another manager on their store reads', async () => {
  const store = new MemoryStore({ clock: () => 1_000_000 })
  const owner = { orgId: 'acme', userId: 'ada' }
  const input = {
    name: 'Support',
    tags: ['vip'],
    metadata: { source: 'mail' },
    preferences: { language: 'it' },
    expiry: { idleMs: 60_000, absoluteMs: 120_000 },
    limits: { messagesPerChat: 9 },
    systemPrompt: 'You help.',
  }
  const chatInput = {
    name: 'Review',
    tags: ['code'],
    metadata: { pull: 7 },
    agent: { provider: 'p', model: 'large' },
    systemPrompt: 'You review.',
    maxMessages: 3,
  }
  const made = await new SessionManager({ store }).for(owner).createSession({ ...input, context: { room: 'blue' } })
  const { id } = await made.createChat(chatInput)

  const session = await new SessionManager({ store }).for(owner).getSession(made.id)
  const { systemPrompt, ...given } = input
  expect(session.record).toMatchObject(given)
  expect(session.systemPrompt).toBe(systemPrompt)
  expect(await session.context.get('room')).toBe('blue')
  expect(session.record.expiresAt).toBe(1_060_000)
  expect((await session.getChat(id)).record).toMatchObject(chatInput)
})
