import { newId, type SessErrorCode, type SessEvents } from '@sess/core'
import { expect, test } from 'vitest'
import { codeOf, errorOf } from './failures.ts'
import { ada, newChat, newManager } from './managers.ts'

const scopes = [
  ['store', { sessions: 10 }, (index: number) => ({ orgId: `org-${index}`, userId: `user-${index}` })],
  ['org', { sessionsPerOrg: 10 }, (index: number) => ({ orgId: 'acme', userId: `user-${index}` })],
  ['user', { sessionsPerUser: 10 }, () => ada],
] as const

for (const [scope, limits, ownerOf] of scopes) {
  test(`of 200 creates at once, 10 pass a limit of 10 on the ${scope}`, async () => {
    const manager = newManager({ limits })
    const told: SessErrorCode[] = []
    manager.on('limit-reached', ({ code }) => told.push(code))

    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => codeOf(manager.for(ownerOf(index)).createSession())),
    )

    expect(codes.filter((code) => code === null)).toHaveLength(10)
    expect(codes.filter((code) => code === 'SESSION_LIMIT_REACHED')).toHaveLength(190)
    expect(await manager.countSessions()).toBe(10)
    expect(told).toHaveLength(190)
    const error = await errorOf(manager.for(ownerOf(0)).createSession())
    expect(error.details).toEqual({ scope, limit: 10 })
  })

  test(`a limit on the ${scope} holds for sessions that are being made, and frees what is deleted`, async () => {
    const manager = newManager({ limits })
    // Context makes a creation go through the pending state.
    const codes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        codeOf(manager.for(ownerOf(index)).createSession({ context: { a: 1 } })),
      ),
    )
    expect(codes.filter((code) => code === null)).toHaveLength(10)
    const { items } = await manager.listSessions({}, { limit: 200 })
    expect(items).toHaveLength(10)
    await items[0]?.delete()
    expect(await codeOf(manager.for(ownerOf(0)).createSession())).toBe(null)
    expect(await codeOf(manager.for(ownerOf(0)).createSession())).toBe('SESSION_LIMIT_REACHED')
  })
}

test('a limit on users does not mix them up, nor organisations', async () => {
  const manager = newManager({ limits: { sessionsPerUser: 1, sessionsPerOrg: 2 } })
  const owners = [
    { orgId: 'acme', userId: 'ada' },
    { orgId: 'acme', userId: 'bob' },
    { orgId: 'acme', userId: 'cy' },
    { orgId: 'other', userId: 'ada' },
  ]
  const codes: unknown[] = []
  for (const owner of owners) codes.push(await codeOf(manager.for(owner).createSession()))
  expect(codes).toEqual([null, null, 'SESSION_LIMIT_REACHED', null])
})

test('of 100 chats created at once, as many are made as the session may have', async () => {
  const manager = newManager({ limits: { chatsPerSession: 7 } })
  const told: SessEvents['limit-reached'][] = []
  manager.on('limit-reached', (event) => told.push(event))
  const session = await manager.for(ada).createSession()

  const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(session.createChat())))

  expect(codes.filter((code) => code === null)).toHaveLength(7)
  expect(codes.filter((code) => code === 'CHAT_LIMIT_REACHED')).toHaveLength(93)
  expect((await session.refresh()).chatCount).toBe(7)
  expect(told).toHaveLength(93)
  expect(told[0]).toEqual({ owner: ada, sessionId: session.id, code: 'CHAT_LIMIT_REACHED' })
  const [chat] = (await session.listChats()).items
  await session.deleteChat(chat?.id ?? '')
  expect(await codeOf(session.createChat())).toBe(null)
})

test('opening a chat that is there needs no room', async () => {
  const manager = newManager({ limits: { chatsPerSession: 1 } })
  const session = await manager.for(ada).createSession()
  const chat = await session.openChat('general')
  expect((await session.openChat('general')).id).toBe(chat.id)
  expect(await codeOf(session.openChat('other'))).toBe('CHAT_LIMIT_REACHED')
})

test('400 appends at once are all there, once, in one order, each with the seq it was told', async () => {
  const { chat } = await newChat()
  const messages = await Promise.all(Array.from({ length: 400 }, (_, index) => chat.addMessage(`${index}`)))
  const read = await chat.getMessages({ limit: 1_000 })
  expect(read).toHaveLength(400)
  expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
  expect(new Set(read.map(({ content }) => content)).size).toBe(400)
  for (const message of messages) expect(read[message.seq - 1]).toEqual(message)
})

test('a message that is appended by 50 at once under one id is there once', async () => {
  const { chat } = await newChat()
  const message = { id: newId(), role: 'user', content: 'Hi' } as const
  const stored = await Promise.all(Array.from({ length: 50 }, () => chat.addMessage(message)))
  expect(await chat.getMessages()).toEqual([stored[0]])
  expect(stored.every(({ seq }) => seq === 1)).toBe(true)
})

test('a full chat that trims keeps its newest messages, and every turn ends up in it', async () => {
  const { chat } = await newChat({ agent: async () => 'ok', limits: { messagesPerChat: 4 } })
  for (let count = 1; count <= 5; count++) await chat.sendMessage(`${count}`)
  expect((await chat.getMessages()).map(({ seq, content }) => [seq, content])).toEqual([
    [7, '4'],
    [8, 'ok'],
    [9, '5'],
    [10, 'ok'],
  ])
  expect(await chat.refresh()).toMatchObject({ messageCount: 4, firstSeq: 7, lastSeq: 10 })
})

test('a chat that rejects takes a message only if there is room for its answer too', async () => {
  const asked: unknown[] = []
  const { chat, manager } = await newChat({
    agent: async (turn) => {
      asked.push(turn.message.content)
      return 'ok'
    },
    limits: { messagesPerChat: 3, overflow: 'reject' },
  })
  const told: unknown[] = []
  manager.on('limit-reached', ({ code }) => told.push(code))
  await chat.sendMessage('1')

  const error = await errorOf(chat.sendMessage('2'))

  expect(error).toMatchObject({ code: 'MESSAGE_LIMIT_REACHED', details: { limit: 3 } })
  expect(asked).toEqual(['1'])
  expect(told).toEqual(['MESSAGE_LIMIT_REACHED'])
  expect(await chat.getMessages()).toHaveLength(2)
  await chat.addMessage('a note still fits')
  expect(await codeOf(chat.addMessage('another does not'))).toBe('MESSAGE_LIMIT_REACHED')
  expect(told).toHaveLength(2)
  await chat.update({ maxMessages: 5 })
  expect((await chat.sendMessage('3')).text).toBe('ok')
})

test('a message that was answered can be sent again to a chat that is full since', async () => {
  const { chat } = await newChat({
    agent: async () => 'ok',
    limits: { messagesPerChat: 3, overflow: 'reject' },
  })
  const message = { id: newId(), role: 'user', content: 'Hi' } as const
  const reply = await chat.sendMessage(message)
  expect(await chat.sendMessage(message)).toEqual({ ...reply, repeated: true })
  await chat.addMessage('full now')
  expect(await chat.sendMessage(message)).toEqual({ ...reply, repeated: true })
})

test('a message that has no whole answer is not answered anew where there is no room for it', async () => {
  let asked = 0
  const { chat } = await newChat({
    agent: async () => {
      asked++
      throw new Error('overloaded')
    },
    limits: { messagesPerChat: 2, overflow: 'reject' },
  })
  const message = { id: newId(), role: 'user', content: 'Hi' } as const
  expect(await codeOf(chat.sendMessage(message))).toBe('AGENT_FAILED')
  expect(await codeOf(chat.sendMessage(message))).toBe('AGENT_FAILED')
  await chat.addMessage('full now')
  expect(await codeOf(chat.sendMessage(message))).toBe('MESSAGE_LIMIT_REACHED')
  expect(asked).toBe(2)
})

test('an append of several to a chat that rejects is all or none', async () => {
  const { chat } = await newChat({ limits: { messagesPerChat: 3, overflow: 'reject' } })
  await chat.addMessages(['1', '2'])
  expect(await codeOf(chat.addMessages(['3', '4']))).toBe('MESSAGE_LIMIT_REACHED')
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['1', '2'])
})

test('context keeps to its limits under concurrency, and tells of it', async () => {
  const manager = newManager({ limits: { contextKeys: 5, contextBytes: 100 } })
  const told: unknown[] = []
  manager.on('limit-reached', ({ code }) => told.push(code))
  const session = await manager.for(ada).createSession()

  const codes = await Promise.all(Array.from({ length: 20 }, (_, index) => codeOf(session.context.set(`${index}`, 1))))
  expect(codes.filter((code) => code === null)).toHaveLength(5)
  expect(await session.context.entries()).toHaveLength(5)
  const error = await errorOf(session.context.set('0', 'x'.repeat(100)))
  expect(error).toMatchObject({ code: 'CONTEXT_LIMIT_REACHED', details: { unit: 'bytes', limit: 100 } })
  expect(await session.context.get('0')).toBe(1)
  expect(told).toHaveLength(16)
  expect(await codeOf(session.context.set('0', 2))).toBe(null)
})

test('a creation whose context is over the limit leaves nothing', async () => {
  const manager = newManager({ limits: { contextKeys: 1, sessionsPerUser: 1 } })
  const user = manager.for(ada)
  expect(await codeOf(user.createSession({ context: { a: 1, b: 2 } }))).toBe('CONTEXT_LIMIT_REACHED')
  expect(await user.countSessions()).toBe(0)
  expect(await codeOf(user.createSession({ context: { a: 1 } }))).toBe(null)
})

test("a session's own limits bind it, and no other session", async () => {
  const manager = newManager({ agent: async () => 'a long answer', limits: { chatsPerSession: 5 } })
  const user = manager.for(ada)
  const limits = {
    chatsPerSession: 1,
    messagesPerChat: 2,
    bytesPerMessage: 12,
    contextKeys: 1,
    overflow: 'reject',
  } as const
  const strict = await user.createSession({ limits })
  const plain = await user.createSession()

  const chat = await strict.createChat()
  expect(await codeOf(strict.createChat())).toBe('CHAT_LIMIT_REACHED')
  expect(await codeOf(chat.addMessage('x'.repeat(13)))).toBe('TOO_LARGE')
  expect(await codeOf(chat.sendMessage('Hi'))).toBe('AGENT_FAILED')
  await chat.addMessage('Ho')
  expect(await codeOf(chat.addMessage('Hu'))).toBe('MESSAGE_LIMIT_REACHED')
  await strict.context.set('a', 1)
  expect(await codeOf(strict.context.set('b', 1))).toBe('CONTEXT_LIMIT_REACHED')

  for (let count = 0; count < 5; count++) await plain.createChat()
  await plain.context.setAll({ a: 1, b: 2 })
  for (let count = 0; count < 3; count++) await plain.addMessage('x'.repeat(13))
  expect((await plain.sendMessage('Hi')).text).toBe('a long answer')
  // They are kept with the session, not with the process that made it.
  const again = await user.getSession(strict.id)
  expect(again.record.limits).toEqual(limits)
  expect(await codeOf(again.createChat())).toBe('CHAT_LIMIT_REACHED')
})

test("a chat's own maxMessages and overflow win over the session's and the manager's", async () => {
  const { session } = await newChat({ limits: { messagesPerChat: 5 } })
  const chat = await session.createChat({ maxMessages: 1, overflow: 'reject' })
  await chat.addMessage('1')
  expect(await codeOf(chat.addMessage('2'))).toBe('MESSAGE_LIMIT_REACHED')
  const endless = await session.createChat({ maxMessages: null })
  await endless.addMessages(Array.from({ length: 10 }, (_, index) => `${index}`))
  expect((await endless.refresh()).messageCount).toBe(10)
})

test('a smaller maxMessages takes effect with the next message', async () => {
  const { chat } = await newChat()
  await chat.addMessages(['1', '2', '3', '4'])
  await chat.update({ maxMessages: 2 })
  expect(await chat.getMessages()).toHaveLength(4)
  await chat.addMessage('5')
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['4', '5'])
})

test('messages: a batch of more than the chat may hold is refused, as a repeat of it would not be known', async () => {
  const manager = newManager({ limits: { messagesPerChat: 3 } })
  const session = await manager.for(ada).createSession()
  const chat = await session.createChat()
  const batch = ['a', 'b', 'c', 'd'].map((content) => ({ role: 'user', content }) as const)

  const error = await chat.addMessages(batch).catch((reason: unknown) => reason)

  expect(error).toMatchObject({ code: 'MESSAGE_LIMIT_REACHED', details: { limit: 3 } })
  expect(await chat.getMessages()).toEqual([])
  expect(await chat.addMessages(batch.slice(1))).toHaveLength(3)
})
