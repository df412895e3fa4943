import { type Chat, newId, type Owner, type SessEvents, type Session, type SessionManager } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { ada, failure, newManager } from './one-session.ts'
import { newGate } from './waiting.ts'

const bob: Owner = { orgId: 'acme', userId: 'bob' }
const eve: Owner = { orgId: 'other', userId: 'ada' }

describe('chat.stats', () => {
  test('stats: an empty chat has no averages and no last message', async () => {
    const { session } = await newWorld()
    const chat = await session.createChat()
    expect(await chat.stats()).toEqual({
      chatId: chat.id,
      messageCount: 0,
      createdAt: 1_000,
      lastMessageAt: null,
      lastMessage: null,
      turnCount: 0,
      averageResponseMs: null,
      p95ResponseMs: null,
      recentResponseMs: [],
    })
  })

  test('stats: the last message and its time, as they are now', async () => {
    const { session, clock } = await newWorld()
    const chat = await session.createChat()
    await chat.addMessages(['a', 'b'])
    clock.now = 2_000
    const last = await (await session.getChat(chat.id)).addMessage('c')
    const stats = await chat.stats()
    expect(stats).toMatchObject({ messageCount: 3, createdAt: 1_000, lastMessageAt: 2_000, lastMessage: last })
    expect(Object.isFrozen(stats)).toBe(true)
    await chat.rewind(1)
    expect(await chat.stats()).toMatchObject({ messageCount: 1, lastMessage: { content: 'a' } })
    await chat.rewind(0)
    expect(await chat.stats()).toMatchObject({ messageCount: 0, lastMessage: null })
  })

  test('stats: messages that were trimmed do not count', async () => {
    const { session } = await newWorld()
    const chat = await session.createChat({ maxMessages: 3 })
    for (const text of ['a', 'b', 'c', 'd', 'e']) await chat.addMessage(text)
    expect(await chat.stats()).toMatchObject({ messageCount: 3, lastMessage: { seq: 5 } })
  })

  const ranks: readonly (readonly [string, readonly number[], number, number])[] = [
    ['one', [40], 40, 40],
    ['two', [10, 30], 20, 30],
    ['19 in descending order', descending(19), 100, 190],
    ['20', descending(20), 105, 190],
    ['21', descending(21), 110, 200],
    ['zeros', [0, 0, 0], 0, 0],
    ['one slow among twenty', [...new Array(19).fill(1), 1_001], 51, 1],
    ['one slow among nineteen', [...new Array(18).fill(1), 1_901], 101, 1_901],
    ['numbers whose order as text is another', [9, 100, 20], 43, 100],
  ]
  test.each(ranks)('stats: average and nearest-rank p95 of %s', async (_, times, averageMs, p95Ms) => {
    const { chat, turns } = await newWorld()
    await turns(times)
    expect(await chat.stats()).toMatchObject({
      turnCount: times.length,
      averageResponseMs: averageMs,
      p95ResponseMs: p95Ms,
    })
  })

  test('stats: the average is over all turns, p95 over the last 50', async () => {
    const { chat, turns } = await newWorld()
    await turns([...new Array(50).fill(1_000), ...descending(50)])
    expect(await chat.stats()).toMatchObject({ turnCount: 100, averageResponseMs: 627.5, p95ResponseMs: 480 })
  })

  test('stats: the recent response times are those of the last 50 turns, oldest first', async () => {
    const { chat, turns } = await newWorld()
    await turns([1_000, ...descending(50)])
    expect((await chat.stats()).recentResponseMs).toEqual(descending(50))
  })

  test('stats: turns that were cut short or failed do not count', async () => {
    const { manager, chat } = await newWorld()
    const ends: SessEvents['turn-ended'][] = []
    manager.on('turn-ended', (event) => ends.push(event))
    await chat.sendMessage('Hi')
    await failure(() => chat.sendMessage('fail'))
    for await (const event of chat.streamMessage('Hi')) if (event.type === 'text') break
    expect(ends.map(({ outcome }) => outcome)).toEqual(['completed', 'failed', 'interrupted'])
    const { turnCount, averageResponseMs, p95ResponseMs } = await chat.stats()
    const told = ends[0]?.responseMs
    expect([turnCount, averageResponseMs, p95ResponseMs]).toEqual([1, told, told])
  })

  test('stats: an answer that was there already is no new turn', async () => {
    const { chat } = await newWorld()
    const message = { id: 'q', role: 'user', content: 'Hi' } as const
    await chat.sendMessage(message)
    expect((await chat.sendMessage(message)).repeated).toBe(true)
    expect((await chat.stats()).turnCount).toBe(1)
  })

  test('stats: a chat that is gone has none', async () => {
    const { session, chat } = await newWorld()
    await session.deleteChat(chat.id)
    expect((await failure(() => chat.stats())).code).toBe('CHAT_NOT_FOUND')
  })
})

describe('session.stats', () => {
  test('stats: a session without chats', async () => {
    const manager = newManager({ store: new MemoryStore({ clock: () => 1_000 }), expiry: { idleMs: 500 } })
    const session = await manager.for(ada).createSession()
    const stats = await session.stats()
    expect(stats).toEqual({
      sessionId: session.id,
      status: 'active',
      chatCount: 0,
      messageCount: 0,
      turnCount: 0,
      averageResponseMs: null,
      createdAt: 1_000,
      lastActiveAt: 1_000,
      expiresAt: 1_500,
    })
    expect(Object.isFrozen(stats)).toBe(true)
  })

  test('stats: the average of a session is over its turns, not over its chats', async () => {
    const { session, turns } = await newWorld()
    await turns([10, 20, 30])
    await turns([100], await session.createChat())
    await session.createChat()
    expect(await session.stats()).toMatchObject({ chatCount: 3, turnCount: 4, averageResponseMs: 40 })
  })

  test('stats: more chats than a page holds all count', async () => {
    const { session, clock } = await newWorld()
    for (let count = 1; count < 205; count++) await (await session.createChat()).addMessages(['a', 'b'])
    clock.now = 9_000
    await session.touch()
    expect(await session.stats()).toMatchObject({ chatCount: 205, messageCount: 408, lastActiveAt: 9_000 })
  })

  test.each(['paused', 'archived', 'closed'] as const)('stats: a session that is %s says so', async (status) => {
    const { session } = await newWorld()
    await put(session, status)
    expect((await session.stats()).status).toBe(status)
  })
})

describe('manager.stats and userReport', () => {
  test('stats: of an empty store', async () => {
    const manager = newManager()
    const empty = {
      sessions: { active: 0, paused: 0, archived: 0, closed: 0 },
      chats: 0,
      messages: 0,
      totalSessions: 0,
      chatsPerSession: 0,
      messagesPerChat: 0,
      oldestSessionAt: null,
      newestSessionAt: null,
      lastActiveAt: null,
    }
    expect(await manager.stats()).toEqual({ ...empty, users: 0 })
    const report = await manager.userReport(ada)
    expect(report).toEqual({ ...empty, owner: ada })
    expect([Object.isFrozen(report), Object.isFrozen(report.owner)]).toEqual([true, true])
  })

  test('stats: sessions by state, users, chats, messages, averages and instants', async () => {
    const { manager, clock } = await crowd()
    expect(await manager.stats()).toEqual({
      sessions: { active: 3, paused: 1, archived: 1, closed: 1 },
      totalSessions: 6,
      users: 3,
      chats: 4,
      messages: 10,
      chatsPerSession: 4 / 6,
      messagesPerChat: 2.5,
      oldestSessionAt: 1_000,
      newestSessionAt: 6_000,
      lastActiveAt: 6_000,
    })
    clock.now = 7_000
    const [oldest] = (await manager.for(ada).listSessions()).items.slice(-1)
    await oldest?.touch()
    expect(await manager.stats()).toMatchObject({ newestSessionAt: 6_000, lastActiveAt: 7_000 })
  })

  test('stats: a report holds the figures of its user only', async () => {
    const { manager } = await crowd()
    expect(await manager.userReport(ada)).toMatchObject({
      sessions: { active: 1, paused: 1, archived: 1, closed: 1 },
      totalSessions: 4,
      chats: 2,
      messages: 3,
      chatsPerSession: 0.5,
      messagesPerChat: 1.5,
      oldestSessionAt: 1_000,
      newestSessionAt: 4_000,
    })
    expect(await manager.userReport(bob)).toMatchObject({ totalSessions: 1, chats: 1, messages: 2 })
    expect(await manager.userReport(eve)).toMatchObject({ totalSessions: 1, chats: 1, messages: 5 })
    expect(await manager.userReport({ orgId: 'acme', userId: 'nobody' })).toMatchObject({ totalSessions: 0 })
  })

  test('stats: they agree with the lists and the counts', async () => {
    const { manager } = await crowd()
    const { sessions, totalSessions, users, chats, messages } = await manager.stats()
    const { items } = await manager.listSessions({}, { limit: 200 })
    expect(items).toHaveLength(totalSessions)
    expect(await manager.countSessions()).toBe(totalSessions)
    for (const status of ['active', 'paused', 'archived', 'closed'] as const) {
      expect(await manager.countSessions({ status })).toBe(sessions[status])
      expect((await manager.listSessions({ status })).items).toHaveLength(sessions[status])
    }
    expect(new Set(items.map(({ record }) => JSON.stringify(record.owner))).size).toBe(users)
    const each = await Promise.all(items.map((session) => session.stats()))
    expect(each.reduce((sum, { chatCount }) => sum + chatCount, 0)).toBe(chats)
    expect(each.reduce((sum, { messageCount }) => sum + messageCount, 0)).toBe(messages)
    for (const owner of [ada, bob, eve])
      expect((await manager.userReport(owner)).totalSessions).toBe(await manager.for(owner).countSessions())
  })

  test('stats: what was deleted, trimmed or rewound is gone from the figures', async () => {
    const { manager } = await crowd()
    for (const owner of [ada, bob])
      for (const session of (await manager.for(owner).listSessions()).items) await session.delete()
    expect(await manager.stats()).toMatchObject({ totalSessions: 1, users: 1, chats: 1, messages: 5 })
    const [session] = (await manager.for(eve).listSessions()).items
    const chat = await session?.activeChat()
    await chat?.rewind(3)
    expect((await manager.stats()).messages).toBe(3)
    await chat?.update({ maxMessages: 2 })
    await chat?.addMessage('more')
    expect((await manager.stats()).messages).toBe(2)
    await session?.deleteChat(chat?.id ?? '')
    expect(await manager.stats()).toMatchObject({ chats: 0, messages: 0 })
  })

  test('stats: expired sessions do not count, before they are swept and after', async () => {
    const { manager, clock } = await crowd()
    const [session] = (await manager.for(eve).listSessions()).items
    await session?.extendTtl(5)
    clock.now += 5
    const without = { totalSessions: 5, users: 2, chats: 3, messages: 5 }
    expect(await manager.stats()).toMatchObject(without)
    expect(await manager.userReport(eve)).toMatchObject({ totalSessions: 0, chats: 0, messages: 0 })
    expect((await failure(async () => session?.stats())).code).toBe('SESSION_EXPIRED')
    await manager.sweep()
    expect(await manager.stats()).toMatchObject(without)
  })

  test('stats: a session that is being made does not count', async () => {
    const provisioning = newGate()
    const ready = newGate()
    const manager = newManager({
      resources: [
        {
          name: 'slow',
          provision: async () => {
            provisioning.open()
            await ready.opened
          },
          release: async () => {},
          destroy: async () => {},
        },
      ],
    })
    const making = manager.for(ada).createSession()
    await provisioning.opened
    expect(await manager.stats()).toMatchObject({ totalSessions: 0, users: 0, newestSessionAt: null })
    expect(await manager.userReport(ada)).toMatchObject({ totalSessions: 0 })
    ready.open()
    await making
    expect(await manager.stats()).toMatchObject({ totalSessions: 1, users: 1 })
  })

  test('stats: asking is no activity', async () => {
    const { manager, session, chat, clock } = await newWorld()
    clock.now = 2_000
    await manager.stats()
    await manager.userReport(ada)
    await session.stats()
    await chat.stats()
    expect((await session.refresh()).lastActiveAt).toBe(1_000)
  })
})

test('health: the store and the turns of this process', async () => {
  const gate = newGate()
  const started = newGate()
  const manager = newManager({
    agent: async () => {
      started.open()
      await gate.opened
      return 'ok'
    },
  })
  expect(await manager.health()).toMatchObject({
    ok: true,
    store: { ok: true, problems: [] },
    turns: { running: 0, waiting: 0 },
  })
  const chat = await (await manager.for(ada).createSession()).createChat()
  const sending = Promise.all([chat.sendMessage('1'), chat.sendMessage('2')])
  await started.opened
  expect((await manager.health()).turns).toEqual({ running: 1, waiting: 1 })
  gate.open()
  await sending
  expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })
})

/** Six sessions of three users, in every state. */
async function crowd() {
  const clock = { now: 0 }
  const manager = newManager({ store: new MemoryStore({ clock: () => clock.now }) })
  const add = async (owner: Owner, chats: readonly number[], status: 'active' | 'paused' | 'archived' | 'closed') => {
    clock.now += 1_000
    const session = await manager.for(owner).createSession()
    for (const count of chats) {
      const chat = await session.createChat()
      await chat.addMessages(Array.from({ length: count }, (_, index) => `${index}`))
    }
    await put(session, status)
  }
  await add(ada, [3, 0], 'active')
  await add(ada, [], 'paused')
  await add(ada, [], 'archived')
  await add(ada, [], 'closed')
  await add(bob, [2], 'active')
  await add(eve, [5], 'active')
  return { manager, clock }
}

async function put(session: Session, status: 'active' | 'paused' | 'archived' | 'closed'): Promise<void> {
  if (status === 'paused') await session.pause()
  if (status === 'archived') await session.archive()
  if (status === 'closed') await session.close()
}

interface World {
  readonly manager: SessionManager
  readonly session: Session
  readonly chat: Chat
  readonly clock: { now: number }
  /** Turns that took so long, as the store is told of them. */
  turns(responseTimesMs: readonly number[], chat?: Chat): Promise<void>
}

async function newWorld(): Promise<World> {
  const clock = { now: 1_000 }
  const store = new MemoryStore({ clock: () => clock.now })
  const manager = newManager({
    store,
    agent: async function* ({ message }) {
      yield 'Hel'
      if (message.content === 'fail') throw new Error('overloaded')
      yield 'lo'
    },
  })
  const session = await manager.for(ada).createSession()
  const first = await session.createChat()
  const turns = async (responseTimesMs: readonly number[], chat = first): Promise<void> => {
    const ref = { id: chat.id, session: { id: session.id, owner: ada } }
    for (const responseMs of responseTimesMs) {
      const { fence } = await store.beginTurn(ref, { turnId: newId(), leaseMs: 1_000, ifBusy: 'reject' })
      await store.endTurn(ref, fence, { responseMs })
    }
  }
  return { manager, session, chat: first, clock, turns }
}

/** Ten times as many as there are, down to 10. */
function descending(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (count - index) * 10)
}
