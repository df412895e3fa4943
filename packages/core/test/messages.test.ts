import type { Message, MessageInput, NewMessage } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { checkedMessage } from '../src/checked-message.ts'
import { ada, codeAndDetails, failure, newManager, newSession } from './one-session.ts'

const metadata = { provider: { id: 1 } }
const everyPart: Exclude<NewMessage['content'], string> = [
  { type: 'text', text: 'a', metadata },
  { type: 'reasoning', text: 'b', metadata },
  { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AA==', filename: 'a.png', metadata },
  { type: 'tool-call', callId: 'c', name: 'search', input: { q: [1] }, metadata },
  { type: 'tool-result', callId: 'c', name: 'search', output: null, isError: true, metadata },
  { type: 'data', name: 'chart', data: [1, { a: null }], id: 'd', metadata },
]

describe('checkedMessage', () => {
  test('message: text is a message of the user with a new id', () => {
    const { id, ...rest } = checkedMessage('Hello', 100)
    expect(rest).toEqual({ role: 'user', content: 'Hello' })
    expect(id).toHaveLength(36)
    expect(checkedMessage('Hello', 100).id).not.toBe(id)
  })

  test('message: every kind of part passes as it is, also with fields sess does not know', () => {
    const content = [...everyPart, { type: 'text', text: 'c', providerField: { kept: true } }] as NewMessage['content']
    const usage = { inputTokens: 1, outputTokens: 0, totalTokens: 1, metadata }
    const input: MessageInput = { id: 'x', role: 'assistant', content, name: 'critic', metadata, usage, createdAt: 5 }
    expect(checkedMessage(input, 10_000)).toEqual(input)
  })

  test('message: a copy, frozen at every depth', () => {
    const part = { type: 'tool-call' as const, callId: 'c', name: 'n', input: { list: [1] } }
    const input = { role: 'assistant' as const, content: [part], metadata: { a: { b: 1 } } }
    const checked = checkedMessage(input, 1_000)
    part.input.list.push(2)
    input.metadata.a.b = 2
    input.content.pop()
    expect(checked.content).toEqual([{ ...part, input: { list: [1] } }])
    expect(checked.metadata).toEqual({ a: { b: 1 } })
    const [kept] = checked.content as readonly { input: object }[]
    expect([checked, checked.content, kept, kept?.input].every(Object.isFrozen)).toBe(true)
  })

  const refused: readonly (readonly [string, unknown, string])[] = [
    ['null', null, 'message'],
    ['a number', 5, 'message'],
    ['no role', { content: 'a' }, 'message.role'],
    ['a role that does not exist', { role: 'admin', content: 'a' }, 'message.role'],
    ['a role of the prototype', { role: 'constructor', content: 'a' }, 'message.role'],
    ['no content', { role: 'user' }, 'message.content'],
    ['content that is an object', { role: 'user', content: {} }, 'message.content'],
    ['half a surrogate pair as text', '\udfff', 'message.content'],
    ['half a surrogate pair as content', { role: 'user', content: '\ud800' }, 'message.content'],
    [
      'half a surrogate pair in a part',
      { role: 'user', content: [{ type: 'text', text: '\ud800' }] },
      'message.content[0].text',
    ],
    ['a part that is text', { role: 'user', content: ['a'] }, 'message.content[0]'],
    ['a part that is null', { role: 'user', content: [null] }, 'message.content[0]'],
    ['a part that is a list', { role: 'user', content: [[]] }, 'message.content[0]'],
    ['a part without a type', { role: 'user', content: [{ text: 'a' }] }, 'message.content[0].type'],
    ['an unknown part', { role: 'user', content: [{ type: 'image' }] }, 'message.content[0].type'],
    ['a part of the prototype', { role: 'user', content: [{ type: 'toString' }] }, 'message.content[0].type'],
    ['text without text', { role: 'user', content: [{ type: 'text' }] }, 'message.content[0].text'],
    [
      'a file without its type',
      { role: 'user', content: [{ type: 'file', url: 'a' }] },
      'message.content[0].mediaType',
    ],
    ['a file without url', { role: 'user', content: [{ type: 'file', mediaType: 'a' }] }, 'message.content[0].url'],
    ['a call without id', part({ type: 'tool-call', name: 'n', input: 1 }), 'message.content[1].callId'],
    ['a call without name', part({ type: 'tool-call', callId: 'c', input: 1 }), 'message.content[1].name'],
    ['a call without input', part({ type: 'tool-call', callId: 'c', name: 'n' }), 'message.content[1].input'],
    ['a result without output', part({ type: 'tool-result', callId: 'c' }), 'message.content[1].output'],
    [
      'a result of undefined',
      part({ type: 'tool-result', callId: 'c', output: undefined }),
      'message.content[1].output',
    ],
    ['data without data', part({ type: 'data', name: 'n' }), 'message.content[1].data'],
    [
      'a BigInt in an input',
      part({ type: 'tool-call', callId: 'c', name: 'n', input: { a: 1n } }),
      'message.content[1].input.a',
    ],
    ['an empty id', { id: '', role: 'user', content: 'a' }, 'message.id'],
    ['an id of 129 bytes', { id: 'x'.repeat(129), role: 'user', content: 'a' }, 'message.id'],
    ['an id that is a number', { id: 5, role: 'user', content: 'a' }, 'message.id'],
    ['an id that is null', { id: null, role: 'user', content: 'a' }, 'message.id'],
    ['a malformed id', { id: '\ud800', role: 'user', content: 'a' }, 'message.id'],
    ['an empty name', { name: '', role: 'user', content: 'a' }, 'message.name'],
    ['a name of 10 kB', { name: 'x'.repeat(10_000), role: 'user', content: 'a' }, 'message.name'],
    ['metadata that is a list', { metadata: [], role: 'user', content: 'a' }, 'message.metadata'],
    ['a function in metadata', { metadata: { a: () => 1 }, role: 'user', content: 'a' }, 'message.metadata.a'],
    ['tokens below zero', { usage: { inputTokens: -1 }, role: 'user', content: 'a' }, 'message.usage.inputTokens'],
    ['tokens as text', { usage: { totalTokens: '1' }, role: 'user', content: 'a' }, 'message.usage.totalTokens'],
    ['usage that is null', { usage: null, role: 'user', content: 'a' }, 'message.usage'],
    ['a time below zero', { createdAt: -1, role: 'user', content: 'a' }, 'message.createdAt'],
    ['a time that is a Date', { createdAt: new Date(), role: 'user', content: 'a' }, 'message.createdAt'],
    ['NaN as a time', { createdAt: Number.NaN, role: 'user', content: 'a' }, 'message.createdAt'],
  ]
  test.each(refused)('message: %s is INVALID_ARGUMENT', async (_, input, field) => {
    expect(await codeAndDetails(() => checkedMessage(input as MessageInput, 1_000))).toEqual([
      'INVALID_ARGUMENT',
      { field },
    ])
  })

  test.each([['__proto__'], ['../x'], ['*'], ['😀'], ['x'.repeat(128)], ['é'.repeat(64)]])(
    'message: %s is an id',
    (id) => {
      expect(checkedMessage({ id, role: 'user', content: 'a' }, 100).id).toBe(id)
    },
  )

  const sizes: readonly (readonly [string, number, MessageInput])[] = [
    ['text', 10, 'x'.repeat(10)],
    ['text of two bytes a character', 10, 'é'.repeat(5)],
    ['parts', 58, { role: 'user', content: [{ type: 'text', text: 'xxxxx' }] }],
    ['metadata', 54, { role: 'user', content: 'xx', metadata: { a: 'xxxx' } }],
  ]
  test.each(sizes)('message: %s may have as many bytes as are allowed, and not one more', async (_, bytes, input) => {
    const content = checkedMessage(input, bytes).content
    expect(content).toEqual(typeof input === 'string' ? input : input.content)
    expect(await codeAndDetails(() => checkedMessage(input, bytes - 1))).toEqual([
      'TOO_LARGE',
      { field: 'message', bytes, maxBytes: bytes - 1 },
    ])
  })
})

describe('addMessages', () => {
  test('messages: they stand in order, by seq and not by time', async () => {
    const chat = await newChat()
    const times = [500, 400, 600]
    const stored = await chat.addMessages(
      times.map((createdAt) => ({ role: 'user', content: `${createdAt}`, createdAt })),
    )
    expect(stored.map(({ seq, createdAt }) => [seq, createdAt])).toEqual([
      [1, 500],
      [2, 400],
      [3, 600],
    ])
    expect(await chat.getMessages()).toEqual(stored)
  })

  test('messages: one bad message among many, and none is written', async () => {
    const chat = await newChat()
    const bad = { role: 'nobody', content: 'x' } as unknown as MessageInput
    expect(await codeAndDetails(() => chat.addMessages(['a', 'b', bad]))).toEqual([
      'INVALID_ARGUMENT',
      { field: 'messages[2].role' },
    ])
    expect(await codeAndDetails(() => chat.addMessages(['a', 'x'.repeat(2_000_000)]))).toEqual([
      'TOO_LARGE',
      { field: 'messages[1]', bytes: 2_000_000, maxBytes: 1_048_576 },
    ])
    expect(await codeAndDetails(() => chat.addMessage(bad))).toEqual(['INVALID_ARGUMENT', { field: 'message.role' }])
    expect(await chat.getMessages()).toEqual([])
  })

  test('messages: the same id again writes nothing and answers the first, with its place and time', async () => {
    let now = 1_000
    const chat = await newChat(() => now)
    const first = await chat.addMessage({ id: 'm', role: 'user', content: 'a', metadata: { x: 1, y: 2 } })
    await chat.addMessage('between')
    now = 2_000
    const again = await chat.addMessage({ id: 'm', role: 'user', content: 'a', metadata: { y: 2, x: 1 } })
    expect(again).toEqual(first)
    expect(first).toMatchObject({ seq: 1, createdAt: 1_000 })
    expect(await chat.getMessages()).toHaveLength(2)
  })

  test.each<readonly [string, MessageInput]>([
    ['content', { id: 'm', role: 'user', content: 'b' }],
    ['role', { id: 'm', role: 'assistant', content: 'a' }],
    ['name', { id: 'm', role: 'user', content: 'a', name: 'n' }],
    ['metadata', { id: 'm', role: 'user', content: 'a', metadata: {} }],
    ['usage', { id: 'm', role: 'user', content: 'a', usage: {} }],
    ['kind of content', { id: 'm', role: 'user', content: [{ type: 'text', text: 'a' }] }],
  ])('messages: the same id with another %s is a conflict, and nothing of the call is written', async (_, other) => {
    const chat = await newChat()
    await chat.addMessage({ id: 'm', role: 'user', content: 'a' })
    expect(await codeAndDetails(() => chat.addMessages(['before', other]))).toEqual([
      'MESSAGE_CONFLICT',
      { messageId: 'm' },
    ])
    expect(await chat.getMessages()).toHaveLength(1)
  })

  test('messages: an id that was written and trimmed by the same call is answered as itself', async () => {
    const chat = await newChat(undefined, 3)
    await chat.addMessage({ id: 'old', role: 'user', content: 'a' })
    await chat.addMessage('b')
    const stored = await chat.addMessages([{ id: 'old', role: 'user', content: 'a' }, 'c', 'd'])
    expect(stored.map(({ seq, content }) => [seq, content])).toEqual([
      [1, 'a'],
      [3, 'c'],
      [4, 'd'],
    ])
    expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['b', 'c', 'd'])
  })

  test('messages: what is handed in and handed out is the chat’s no more', async () => {
    const chat = await newChat()
    const content = [{ type: 'data' as const, name: 'd', data: { list: [1] } }]
    const stored = await chat.addMessage({ role: 'user', content })
    content[0]?.data.list.push(2)
    const [read] = await chat.getMessages()
    expect(read).toEqual(stored)
    const [part] = (read?.content ?? []) as typeof content
    expect(part?.data).toEqual({ list: [1] })
    for (const value of [stored, read, read?.content, part?.data.list]) expect(Object.isFrozen(value)).toBe(true)
  })

  test('messages: none at all is no write', async () => {
    const chat = await newChat()
    expect(await chat.addMessages([])).toEqual([])
    expect((await chat.refresh()).lastSeq).toBe(0)
  })

  test('messages: 200 fit into one call, 201 do not', async () => {
    const chat = await newChat()
    const many = Array.from({ length: 201 }, (_, index) => `${index}`)
    expect((await failure(() => chat.addMessages(many))).code).toBe('INVALID_ARGUMENT')
    expect((await chat.refresh()).lastSeq).toBe(0)
    expect(await chat.addMessages(many.slice(1))).toHaveLength(200)
  })
})

describe('getMessages', () => {
  const pages: readonly (readonly [object, readonly number[]])[] = [
    [{}, range(71, 120)],
    [{ limit: undefined }, range(71, 120)],
    [{ limit: 3 }, [118, 119, 120]],
    [{ before: 118, limit: 2 }, [116, 117]],
    [{ before: 999, limit: 1 }, [120]],
    [{ before: 13, limit: 5 }, [11, 12]],
    [{ before: 11, limit: 5 }, []],
    [{ after: 0, limit: 2 }, [11, 12]],
    [{ after: 118, limit: 5 }, [119, 120]],
    [{ after: 120 }, []],
    [{ offset: 0, limit: 2 }, [11, 12]],
    [{ offset: 108, limit: 5 }, [119, 120]],
    [{ offset: 110 }, []],
    [{ limit: 1000 }, range(11, 120)],
  ]
  test.each(pages)('messages: %j of 110 messages whose first ten were trimmed', async (options, seqs) => {
    const chat = await newChat(undefined, 110)
    for (let batch = 0; batch < 2; batch++) await chat.addMessages(Array.from({ length: 60 }, (_, index) => `${index}`))
    expect((await chat.getMessages(options)).map(({ seq }) => seq)).toEqual(seqs)
  })

  test.each<readonly [object, string]>([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1001 }, 'limit'],
    [{ limit: '50' }, 'limit'],
    [{ before: -1 }, 'before'],
    [{ before: '5' }, 'before'],
    [{ after: 1.5 }, 'after'],
    [{ after: Number.NaN }, 'after'],
    [{ offset: Number.POSITIVE_INFINITY }, 'offset'],
    [{ offset: null }, 'offset'],
    [{ before: 5, after: 1 }, 'range'],
  ])('messages: %j is INVALID_ARGUMENT', async (options, field) => {
    const chat = await newChat()
    expect(await codeAndDetails(() => chat.getMessages(options))).toEqual(['INVALID_ARGUMENT', { field }])
  })
})

describe('lastReply and rewind', () => {
  test('messages: the last reply is the newest of the assistant, or null', async () => {
    const chat = await newChat()
    expect(await chat.lastReply()).toBe(null)
    await chat.addMessages([say('assistant', 'first'), say('assistant', 'second'), say('tool', 'x'), 'question'])
    expect((await chat.lastReply())?.content).toBe('second')
  })

  test('messages: a rewind removes what came after, and new messages go on from there', async () => {
    const chat = await newChat()
    await chat.addMessages(['a', 'b', 'c', 'd'])
    await chat.rewind(2)
    expect(contents(await chat.getMessages())).toEqual(['a', 'b'])
    expect((await chat.addMessage('e')).seq).toBe(3)
    await chat.rewind(99)
    expect(await chat.getMessages()).toHaveLength(3)
    await chat.rewind(0)
    expect(await chat.getMessages()).toEqual([])
  })

  test('messages: an id that was rewound is free again', async () => {
    const chat = await newChat()
    await chat.addMessages(['a', { id: 'x', role: 'user', content: 'b' }])
    await chat.rewind(1)
    expect(await chat.addMessage({ id: 'x', role: 'user', content: 'other' })).toMatchObject({
      seq: 2,
      content: 'other',
    })
  })

  test.each([[-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY], ['1'], [undefined]])(
    'messages: a rewind to %j removes nothing',
    async (seq) => {
      const chat = await newChat()
      await chat.addMessages(['a', 'b'])
      expect(await codeAndDetails(() => chat.rewind(seq as number))).toEqual(['INVALID_ARGUMENT', { field: 'seq' }])
      expect(await chat.getMessages()).toHaveLength(2)
    },
  )
})

test('messages: the limit of the session counts, not that of the manager', async () => {
  const manager = newManager({ limits: { bytesPerMessage: 100 } })
  const small = await manager.for(ada).createSession({ limits: { bytesPerMessage: 10 } })
  expect((await failure(() => small.addMessage('x'.repeat(11)))).details).toEqual({
    field: 'message',
    bytes: 11,
    maxBytes: 10,
  })
  expect((await small.addMessage('x'.repeat(10))).seq).toBe(1)
  const plain = await manager.for(ada).createSession()
  expect((await failure(() => plain.addMessage('x'.repeat(101)))).code).toBe('TOO_LARGE')
})

test('messages: the first use of a session without chats makes one, named default', async () => {
  const session = await newSession()
  await session.addMessage('a')
  const { items } = await session.listChats()
  expect(items.map(({ record }) => [record.key, record.name, record.messageCount])).toEqual([['default', 'default', 1]])
  expect((await session.refresh()).activeChatId).toBe(items[0]?.id)
})

async function newChat(clock?: () => number, maxMessages: number | null = null) {
  const session = await newSession({ store: new MemoryStore(clock === undefined ? {} : { clock }) })
  return await session.createChat({ maxMessages })
}

function part(second: object): object {
  return { role: 'assistant', content: [{ type: 'text', text: 'a' }, second] }
}

function say(role: Message['role'], content: string): MessageInput {
  return { role, content }
}

function contents(messages: readonly Message[]): readonly unknown[] {
  return messages.map(({ content }) => content)
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
