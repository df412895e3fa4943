import { type Chat, type SessEvents, type StreamEvent, type Turn, unansweredCalls } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, errorOf, intercepted, unavailable } from './failures.ts'
import { newChat } from './managers.ts'
import { newGate } from './waiting.ts'

async function texts(chat: Chat): Promise<readonly unknown[]> {
  return (await chat.getMessages()).map(({ seq, content }) => [seq, content])
}

/** Answers with the number of the answer and with what it was told. */
function counting(): (turn: Turn) => Promise<string> {
  let answers = 0
  return async ({ messages }) => `${++answers}: ${messages.map(({ content }) => content).join(' ')}`
}

test('a message takes the place of another and of all that came after it, and is answered', async () => {
  const { manager, chat } = await newChat({ agent: counting() })
  await chat.sendMessage('a')
  const { input } = await chat.sendMessage('b')
  await chat.sendMessage('c')
  const rewinds: SessEvents['chat-rewound'][] = []
  manager.on('chat-rewound', (event) => rewinds.push(event))

  const reply = await chat.sendMessage('B', { replaces: input.seq })

  expect(reply.text).toBe('4: a 1: a B')
  expect(await texts(chat)).toEqual([
    [1, 'a'],
    [2, '1: a'],
    [3, 'B'],
    [4, '4: a 1: a B'],
  ])
  expect(rewinds.map(({ keepThrough }) => keepThrough)).toEqual([2])
})

test('the first message of a chat can be replaced, and one that a chat with a limit has no room behind', async () => {
  const { session } = await newChat({ agent: counting() })
  const chat = await session.createChat({ maxMessages: 4, overflow: 'reject' })
  await chat.sendMessage('a')
  await chat.sendMessage('b')
  expect(await codeOf(chat.sendMessage('c'))).toBe('MESSAGE_LIMIT_REACHED')
  await chat.sendMessage('B', { replaces: 3 })
  await chat.sendMessage('A', { replaces: 1 })
  expect(await texts(chat)).toEqual([
    [1, 'A'],
    [2, '4: A'],
  ])
})

test('sent again with the same id, it is answered with the reply it got', async () => {
  const { chat } = await newChat({ agent: counting() })
  await chat.sendMessage('a')
  const edited = { id: 'edited', role: 'user', content: 'A' } as const
  const first = await chat.sendMessage(edited, { replaces: 1 })
  const again = await chat.sendMessage(edited, { replaces: 1 })
  expect(again).toEqual({ ...first, repeated: true })
  expect(await texts(chat)).toHaveLength(2)
})

test('an answer of the store that was lost: sending it again does it once', async () => {
  let lost = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    const result = await call()
    if (method === 'rewriteMessages' && lost++ === 0) throw unavailable('unknown')
    return result
  })
  const { chat } = await newChat({ store, agent: counting() })
  await chat.sendMessage('a')
  const edited = { id: 'edited', role: 'user', content: 'A' } as const
  expect(await codeOf(chat.sendMessage(edited, { replaces: 1 }))).toBe('STORE_UNAVAILABLE')
  expect((await chat.sendMessage(edited, { replaces: 1 })).text).toBe('2: A')
  expect(await texts(chat)).toEqual([
    [1, 'A'],
    [2, '2: A'],
  ])
})

test('what is no message of the user, and what has the id of an earlier one, replaces nothing', async () => {
  const { chat } = await newChat({ agent: counting() })
  const { input } = await chat.sendMessage('a')
  await chat.sendMessage('b')
  const before = await texts(chat)
  for (const replaces of [2, 4, 5, 99, 0, -1, 1.5, Number.NaN, '1' as unknown as number]) {
    const error = await errorOf(chat.sendMessage('x', { replaces }))
    expect([replaces, error]).toMatchObject([replaces, { code: 'INVALID_ARGUMENT', details: { field: 'replaces' } }])
  }
  const { id, role, content } = input
  const double = await errorOf(chat.sendMessage({ id, role, content }, { replaces: 3 }))
  expect(double).toMatchObject({ code: 'MESSAGE_CONFLICT', details: { messageId: id } })
  expect(await texts(chat)).toEqual(before)
  expect((await chat.sendMessage('c')).text).toBe('3: a 1: a b 2: a 1: a b c')
})

test('nor does what has the id of a message of long ago', async () => {
  const { chat } = await newChat({ agent: counting() })
  const old = { id: 'old', role: 'user', content: 'a' } as const
  await chat.sendMessage(old)
  for (let count = 0; count < 3; count++)
    await chat.addMessages(Array.from({ length: 100 }, () => ({ role: 'user', content: 'b' })))
  const before = await texts(chat)
  const error = await errorOf(chat.sendMessage(old, { replaces: 302 }))
  expect(error).toMatchObject({ code: 'MESSAGE_CONFLICT', details: { messageId: 'old' } })
  expect(await texts(chat)).toEqual(before)
})

test('a trimmed message cannot be replaced', async () => {
  const { session } = await newChat({ agent: counting() })
  const chat = await session.createChat({ maxMessages: 2 })
  for (const text of ['a', 'b', 'c']) await chat.sendMessage(text)
  expect(await codeOf(chat.sendMessage('A', { replaces: 1 }))).toBe('INVALID_ARGUMENT')
  expect((await chat.sendMessage('C', { replaces: 5 })).input.seq).toBe(5)
})

test('a message that waits behind a running turn replaces what is there when its turn comes', async () => {
  const gate = newGate()
  const answer = counting()
  const { chat } = await newChat({
    agent: async (turn) => {
      if (turn.message.content === 'a') await gate.opened
      return await answer(turn)
    },
  })
  const first = chat.sendMessage('a')
  const second = chat.sendMessage('A', { replaces: 1 })
  gate.open()
  expect((await first).text).toBe('1: a')
  expect((await second).text).toBe('2: A')
  expect(await texts(chat)).toHaveLength(2)
})

test('calls that were left open before the replaced message are closed, and the history is whole', async () => {
  const { chat } = await newChat({ agent: counting() })
  await chat.addMessages([
    { role: 'user', content: 'a' },
    { role: 'assistant', content: [{ type: 'tool-call', callId: 'c1', name: 'add', input: {} }] },
  ])
  await chat.addMessage('b')
  const events: StreamEvent[] = []
  for await (const event of chat.streamMessage('B', { replaces: 3 })) events.push(event)
  const messages = await chat.getMessages()
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user', 'assistant'])
  expect(messages.flatMap(({ content }) => unansweredCalls(content))).toHaveLength(1)
  expect(events.at(-1)?.type).toBe('done')
})
