import { getEventListeners } from 'node:events'
import {
  type Agent,
  type AgentEvent,
  type Chat,
  isSessError,
  type Message,
  newId,
  type SessEvents,
  type Store,
  type StreamEvent,
  type Turn,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, onTestFinished, test, vi } from 'vitest'
import { errorOf, failureOf, intercepted, unavailable } from './failures.ts'
import { ada, newChat, newManager } from './managers.ts'
import { never, newGate, soon, until } from './waiting.ts'

const call = { type: 'tool-call', callId: 'c1', name: 'weather', input: { city: 'Oslo' } } as const
const result = { type: 'tool-result', callId: 'c1', output: { degrees: 7 } } as const

/** Role and content of each message, which is all most tests look at. */
function said(messages: readonly Message[]): readonly (readonly [string, unknown])[] {
  return messages.map(({ role, content }) => [role, content])
}

async function history(chat: Chat): Promise<readonly (readonly [string, unknown])[]> {
  return said(await chat.getMessages())
}

async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

/** An agent that says `events` one after the other. */
function saying(...events: readonly AgentEvent[]): Agent {
  return async function* () {
    yield* events
  }
}

test('a turn tells its events in order and stores each message before it tells of it', async () => {
  const agent = saying({ type: 'reasoning', text: 'hm' }, 'Hel', { type: 'text', text: 'lo' })
  const { chat } = await newChat({ agent })

  const events: string[] = []
  for await (const event of chat.streamMessage('Hi')) {
    events.push(event.type)
    if (event.type === 'turn-started' || event.type === 'message') {
      const [newest] = await chat.getMessages({ limit: 1 })
      expect(newest).toEqual(event.message)
    }
  }

  expect(events).toEqual(['turn-started', 'reasoning', 'text', 'text', 'message', 'done'])
  expect(await history(chat)).toEqual([
    ['user', 'Hi'],
    [
      'assistant',
      [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Hello' },
      ],
    ],
  ])
})

test('every write of a turn carries the fence of its grant, and the next turn has a larger one', async () => {
  const fences: unknown[] = []
  const store = intercepted(new MemoryStore(), async (method, call, args) => {
    if (method === 'appendMessages') fences.push((args[2] as { fence: number }).fence)
    return await call()
  })
  const { chat } = await newChat({ store, agent: saying('a') })

  await chat.sendMessage('1')
  await chat.sendMessage('2')

  expect(fences).toEqual([1, 1, 2, 2])
})

test('the reply holds the text, the messages, the usage and the id of the turn', async () => {
  const usage = { inputTokens: 5, outputTokens: 2, metadata: { cached: true } }
  const { chat } = await newChat({ agent: saying('Hello', { type: 'usage', usage }) })

  const reply = await chat.sendMessage('Hi')

  const [question, answer] = await chat.getMessages()
  expect(reply).toEqual({
    turnId: reply.turnId,
    chatId: chat.id,
    input: question,
    text: 'Hello',
    message: answer,
    messages: [answer],
    usage,
    repeated: false,
  })
  expect(answer).toMatchObject({ turnId: reply.turnId, usage, seq: 2 })
  expect(answer).not.toHaveProperty('interrupted')
})

test('an agent may be an async function, a generator of strings or an object that responds', async () => {
  const agents: readonly Agent[] = [
    async () => 'abc',
    saying('a', 'b', 'c'),
    {
      respond: async function* () {
        yield { type: 'text', text: 'abc' }
      },
    },
  ]
  for (const agent of agents) {
    const { chat } = await newChat({ agent })
    expect((await chat.sendMessage('Hi')).text).toBe('abc')
  }
})

test('a whole message supersedes the deltas before it, and ends up once in the chat', async () => {
  const whole = { role: 'assistant', content: 'Hello!', id: 'answer-1', metadata: { model: 'm' } } as const
  const { chat } = await newChat({ agent: saying('Hel', 'lo', { type: 'message', message: whole }) })

  const events = await eventsOf(chat.streamMessage('Hi'))

  expect(events.map(({ type }) => type)).toEqual(['turn-started', 'text', 'text', 'text', 'message', 'done'])
  const messages = await chat.getMessages()
  expect(messages).toHaveLength(2)
  expect(messages[1]).toMatchObject(whole)
})

test.each([
  ['all of it, if nothing came before', [], 'Hello!'],
  ['the rest, if its beginning came before', ['Hel'], 'Hello!'],
  ['nothing more, if all of it came before', ['Hel', 'lo!'], 'Hello!'],
  ['nothing more, if something else came before', ['Hi'], 'Hi'],
])('the text of a whole message is streamed once: %s', async (_, deltas, shown) => {
  const whole = { type: 'message', message: { role: 'assistant', content: 'Hello!' } } as const
  const { chat } = await newChat({ agent: saying(...deltas, whole) })

  const events = await eventsOf(chat.streamMessage('Hi'))

  expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(shown)
})

test('tool calls and results are stored as they come, with the text around them in its place', async () => {
  const { chat } = await newChat({
    agent: saying(
      { type: 'message', message: { role: 'assistant', content: [call] } },
      { type: 'message', message: { role: 'tool', content: [result] } },
      'Seven degrees.',
    ),
  })

  const reply = await chat.sendMessage('Weather?')

  expect(await history(chat)).toEqual([
    ['user', 'Weather?'],
    ['assistant', [call]],
    ['tool', [result]],
    ['assistant', 'Seven degrees.'],
  ])
  expect(reply.messages).toHaveLength(3)
  expect(reply.text).toBe('Seven degrees.')
  expect((await chat.getMessages()).slice(1).every(({ turnId }) => turnId === reply.turnId)).toBe(true)
})

test('text before a tool result becomes a message of its own, not lost and not merged with what follows', async () => {
  const { chat } = await newChat({
    agent: saying('Let me see. ', { type: 'message', message: { role: 'tool', content: [result] } }, 'Done.'),
  })
  await chat.sendMessage('Go')
  expect((await history(chat)).slice(1)).toEqual([
    ['assistant', 'Let me see. '],
    ['tool', [result]],
    ['assistant', 'Done.'],
  ])
})

test('calls that the agent leaves open get synthetic results, so that the next turn has a whole history', async () => {
  const turns: Turn[] = []
  const open: AgentEvent = { type: 'message', message: { role: 'assistant', content: [call] } }
  const agent: Agent = async function* (turn) {
    turns.push(turn)
    yield turns.length === 1 ? open : 'ok'
  }
  const { chat } = await newChat({ agent })

  await chat.sendMessage('Weather?')
  const first = await history(chat)
  await chat.sendMessage('And now?')

  const closed = { ...result, name: 'weather', output: expect.anything(), isError: true, synthetic: true }
  expect(first[2]).toEqual(['tool', [closed]])
  expect(turns[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user'])
})

for (const [when, events, kept] of [
  ['before it said anything', [], []],
  ['after half an answer', ['Hel'], [['assistant', 'Hel', true]]],
  [
    'in the middle of a tool call',
    [{ type: 'message', message: { role: 'assistant', content: [call] } }],
    [
      ['assistant', [call], undefined],
      ['tool', expect.anything(), undefined],
    ],
  ],
] as const) {
  test(`an agent that throws ${when} is AGENT_FAILED with its error; what it said is kept, and the chat is free`, async () => {
    const cause = new Error('overloaded')
    let fails = true
    const agent: Agent = async function* () {
      if (!fails) return yield 'fine'
      yield* events
      throw cause
    }
    const { chat } = await newChat({ agent, turns: { whenBusy: 'reject' } })

    const error = await errorOf(chat.sendMessage('Hi'))
    fails = false
    const messages = await chat.getMessages()
    const reply = await chat.sendMessage('Again')

    expect(error).toMatchObject({ code: 'AGENT_FAILED', cause })
    expect(messages.slice(1).map((message) => [message.role, message.content, message.interrupted])).toEqual(kept)
    expect((await chat.getMessages()).filter(({ content }) => content === 'Hi')).toHaveLength(1)
    expect(reply.text).toBe('fine')
  })
}

test("an error of sess that the agent throws is the agent's failure, not that of the call", async () => {
  const { session, chat } = await newChat({
    agent: async (turn) => {
      await turn.context.set('a', 1)
      return 'never said'
    },
    limits: { contextBytes: 1 },
  })

  const error = await errorOf(chat.sendMessage('Hi'))

  expect(error.code).toBe('AGENT_FAILED')
  expect(isSessError(error.cause, 'CONTEXT_LIMIT_REACHED')).toBe(true)
  expect(await session.context.entries()).toEqual([])
})

test('an agent that throws at once, answers no text, or is no agent fails the turn and nothing else', async () => {
  const agents: readonly unknown[] = [
    () => {
      throw new Error('sync')
    },
    async () => undefined,
    async () => 7,
    () => null,
    {},
  ]
  for (const agent of agents) {
    const { chat, manager } = await newChat({ agent: agent as Agent })
    expect((await errorOf(chat.sendMessage('Hi'))).code).toBe('AGENT_FAILED')
    expect(await history(chat)).toEqual([['user', 'Hi']])
    expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })
  }
})

test('what an agent says and JSON or a chat cannot keep is AGENT_FAILED; what it said before is kept', async () => {
  const wrong: readonly unknown[] = [
    { type: 'delta', text: 'x' },
    { type: 'text' },
    { type: 'message', message: { role: 'user', content: 'x' } },
    { type: 'message', message: { role: 'assistant', content: [{ type: 'tool-call' }] } },
    { type: 'message', message: { role: 'assistant', content: 'x', id: '' } },
    { type: 'usage', usage: { inputTokens: Number.NaN } },
    null,
  ]
  for (const event of wrong) {
    const { chat } = await newChat({ agent: saying('Hel', event as AgentEvent) })
    expect((await errorOf(chat.sendMessage('Hi'))).code).toBe('AGENT_FAILED')
    expect((await chat.getMessages())[1]).toMatchObject({ content: 'Hel', interrupted: true })
  }
})

test('an agent that says nothing leaves no message, and the reply says so', async () => {
  const { chat } = await newChat({ agent: saying('', { type: 'usage', usage: { outputTokens: 0 } }) })
  const reply = await chat.sendMessage('Hi')
  expect(reply).toMatchObject({ text: '', message: null, messages: [], usage: { outputTokens: 0 } })
  expect(await history(chat)).toEqual([['user', 'Hi']])
})

test('an emoji that the deltas cut in two is whole in the chat, and half of one is replaced', async () => {
  const { chat } = await newChat({ agent: saying('\ud83d', '\ude00!') })
  await chat.sendMessage('Hi')
  const { chat: cut } = await newChat({ agent: saying('a\ud83d') })
  await cut.sendMessage('Hi')
  expect((await chat.lastReply())?.content).toBe('😀!')
  expect((await cut.lastReply())?.content).toBe('a\ufffd')
})

test('an answer larger than bytesPerMessage fails, and what fits of it is kept', async () => {
  const { chat } = await newChat({ agent: saying('12345', '67890', 'x'), limits: { bytesPerMessage: 10 } })

  const error = await errorOf(chat.sendMessage('Hi'))

  expect(error.code).toBe('AGENT_FAILED')
  expect(error.cause).toMatchObject({ code: 'TOO_LARGE', details: { bytes: 11, maxBytes: 10 } })
  expect((await chat.getMessages())[1]).toMatchObject({ content: '1234567890', interrupted: true })
})

test("a user's message that is too large is refused before anything is written or begun", async () => {
  const { chat, manager } = await newChat({ agent: saying('no'), limits: { bytesPerMessage: 10 } })
  const events: unknown[] = []
  manager.on('turn-started', (event) => events.push(event))
  expect((await errorOf(chat.sendMessage('12345678901'))).code).toBe('TOO_LARGE')
  expect(await history(chat)).toEqual([])
  expect(events).toEqual([])
})

test('without an agent messages can be added but not sent', async () => {
  const { chat } = await newChat()
  expect((await errorOf(chat.sendMessage('Hi'))).code).toBe('AGENT_MISSING')
  await chat.addMessage('Hi')
  expect(await history(chat)).toEqual([['user', 'Hi']])
})

test('a signal that aborted before the send: nothing is written and the agent is not asked', async () => {
  const agent = vi.fn(async () => 'no')
  const { chat } = await newChat({ agent })
  const reason = new Error('gone')
  expect(await failureOf(chat.sendMessage('Hi', { signal: AbortSignal.abort(reason) }))).toBe(reason)
  expect(await history(chat)).toEqual([])
  expect(agent).not.toHaveBeenCalled()
})

test('a signal that aborts while the turn begins gives the chat back', async () => {
  const gate = newGate()
  const store = intercepted(new MemoryStore(), async (method, call) => {
    const answer = await call()
    if (method === 'beginTurn') await gate.opened
    return answer
  })
  const { chat } = await newChat({ store, agent: saying('fine'), turns: { whenBusy: 'reject' } })
  const controller = new AbortController()
  const reason = new Error('gone')

  const sending = failureOf(chat.sendMessage('Hi', { signal: controller.signal }))
  controller.abort(reason)
  gate.open()

  expect(await sending).toBe(reason)
  expect(await history(chat)).toEqual([])
  expect((await chat.sendMessage('Again')).text).toBe('fine')
})

test('a signal that aborts while the agent works: its reason rejects, the partial answer is kept, the agent is told', async () => {
  const controller = new AbortController()
  const reason = new Error('gone')
  let told: unknown
  const agent: Agent = async function* (_, { signal }) {
    yield 'Hel'
    controller.abort(reason)
    told = signal.reason
    await never
  }
  const { chat } = await newChat({ agent })

  expect(await soon(failureOf(chat.sendMessage('Hi', { signal: controller.signal })))).toBe(reason)

  expect(told).toBe(reason)
  expect((await chat.getMessages())[1]).toMatchObject({ content: 'Hel', interrupted: true })
})

test('an agent that is deaf to its signal, or hangs for ever, ends with its turn: the chat is free', async () => {
  let hangs = true
  const { chat, manager } = await newChat({ agent: async () => (hangs ? await never : 'fine') })
  const ended: SessEvents['turn-ended'][] = []
  manager.on('turn-ended', (event) => ended.push(event))
  const controller = new AbortController()

  const sending = failureOf(chat.sendMessage('Hi', { signal: controller.signal }))
  await until(async () => (await manager.health()).turns.running === 1)
  controller.abort(new Error('enough'))

  expect(await soon(sending)).toMatchObject({ message: 'enough' })
  hangs = false
  expect((await soon(chat.sendMessage('Again'))).text).toBe('fine')
  expect(ended.map(({ outcome }) => outcome)).toEqual(['interrupted', 'completed'])
})

test('an agent that throws after it was aborted harms nobody', async () => {
  const controller = new AbortController()
  const gate = newGate()
  const agent: Agent = async () => {
    await gate.opened
    throw new Error('too late')
  }
  const { chat } = await newChat({ agent })
  const rejections: unknown[] = []
  const note = (error: unknown): unknown => rejections.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))

  const sending = failureOf(chat.sendMessage('Hi', { signal: controller.signal }))
  controller.abort(new Error('gone'))
  await sending
  gate.open()
  // Unhandled rejections are told after the microtasks of a tick.
  await new Promise((resolve) => setImmediate(resolve))

  expect(rejections).toEqual([])
})

test('leaving the loop early keeps the partial answer, aborts the agent and returns its iterator', async () => {
  let returned = false
  let agentSignal: AbortSignal | undefined
  const agent: Agent = async function* (_, { signal }) {
    agentSignal = signal
    try {
      for (;;) yield 'more '
    } finally {
      returned = true
    }
  }
  const { chat, manager } = await newChat({ agent })

  let deltas = 0
  for await (const event of chat.streamMessage('Hi')) if (event.type === 'text' && ++deltas === 2) break

  expect((await chat.getMessages())[1]).toMatchObject({ content: 'more more ', interrupted: true })
  expect(agentSignal?.aborted).toBe(true)
  expect(returned).toBe(true)
  expect((await manager.health()).turns.running).toBe(0)
})

test('a stream that nobody iterates does nothing', async () => {
  const agent = vi.fn(async () => 'no')
  const { chat, session } = await newChat({ agent })
  chat.streamMessage('Hi')
  session.streamMessage('Hi')
  await chat.sendMessage('Really')
  expect(agent).toHaveBeenCalledTimes(1)
  expect((await history(chat)).map(([role]) => role)).toEqual(['user', 'assistant'])
})

test('a consumer that reads no further cannot keep the chat busy against an abort', async () => {
  let returned = false
  const agent: Agent = async function* () {
    try {
      for (;;) yield 'more '
    } finally {
      returned = true
    }
  }
  const { chat, manager } = await newChat({ agent })
  const controller = new AbortController()
  const reason = new Error('gone')
  const stream = chat.streamMessage('Hi', { signal: controller.signal })
  await stream.next()
  await stream.next()

  controller.abort(reason)

  await until(async () => (await manager.health()).turns.running === 0)
  expect((await chat.getMessages())[1]).toMatchObject({ content: 'more ', interrupted: true })
  expect(returned).toBe(true)
  expect(await failureOf(stream.next())).toBe(reason)
  expect(await chat.getMessages()).toHaveLength(2)
})

test('closing the manager ends the turns of consumers that read no further', async () => {
  const store = new MemoryStore()
  const { chat, manager } = await newChat({ store, closeStore: false, agent: saying('a', 'b', 'c') })
  const stream = chat.streamMessage('Hi')
  for (let count = 0; count < 3; count++) await stream.next()

  await soon(manager.close())

  const next = newManager({ store })
  const session = await next.for(ada).getSession(chat.record.sessionId)
  expect((await session.getMessages())[1]).toMatchObject({ content: 'ab', interrupted: true })
  expect((await errorOf(stream.next())).code).toBe('CLOSED')
})

test('closing the manager stops hanging agents and those that wait in line', async () => {
  const { chat, manager } = await newChat({ agent: async () => await never })
  const sending = [errorOf(chat.sendMessage('1')), errorOf(chat.sendMessage('2')), errorOf(chat.sendMessage('3'))]
  await until(async () => (await manager.health()).turns.running === 1)

  await soon(manager.close())

  expect((await Promise.all(sending)).map(({ code }) => code)).toEqual(['CLOSED', 'CLOSED', 'CLOSED'])
})

test('an abort that comes while the answer is being stored keeps it whole, once', async () => {
  const controller = new AbortController()
  let appends = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'appendMessages' && ++appends === 2) controller.abort(new Error('gone'))
    return await call()
  })
  const { chat } = await newChat({ store, agent: saying('Hello') })

  await chat.sendMessage('Hi', { signal: controller.signal }).catch(() => {})

  const messages = await chat.getMessages()
  expect(said(messages)).toEqual([
    ['user', 'Hi'],
    ['assistant', 'Hello'],
  ])
  expect(messages[1]).not.toHaveProperty('interrupted')
})

test('a message that is sent again after it was answered gives the same reply, and the agent is not asked', async () => {
  const agent = vi.fn(async () => 'Hello')
  const { chat } = await newChat({ agent })
  const message = { id: 'm-1', role: 'user', content: 'Hi' } as const

  const first = await chat.sendMessage(message)
  await chat.sendMessage('Something else')
  const events = await eventsOf(chat.streamMessage(message))

  expect(events).toEqual([{ type: 'done', reply: { ...first, repeated: true } }])
  expect(agent).toHaveBeenCalledTimes(2)
  expect(await history(chat)).toHaveLength(4)
})

test('a message that is sent twice at once is answered once', async () => {
  const agent = vi.fn(async () => 'Hello')
  const { chat } = await newChat({ agent })
  const message = { id: 'm-1', role: 'user', content: 'Hi' } as const

  const [first, second] = await Promise.all([chat.sendMessage(message), chat.sendMessage(message)])

  expect(second).toEqual({ ...first, repeated: true })
  expect(agent).toHaveBeenCalledTimes(1)
})

test('a message that is sent again after an interrupted answer is answered anew, without its half in the history', async () => {
  const turns: Turn[] = []
  const agent: Agent = async function* (turn) {
    turns.push(turn)
    yield 'Hello'
    if (turns.length === 1) throw new Error('overloaded')
  }
  const { chat } = await newChat({ agent })
  const message = { id: 'm-1', role: 'user', content: 'Hi' } as const

  await failureOf(chat.sendMessage(message))
  const reply = await chat.sendMessage(message)

  expect(reply).toMatchObject({ text: 'Hello', repeated: false })
  expect(turns[1]?.messages.at(-1)).toEqual(turns[1]?.message)
  expect(turns[1]?.message.id).toBe('m-1')
  const messages = await chat.getMessages()
  expect(messages.map(({ role, interrupted }) => [role, interrupted])).toEqual([
    ['user', undefined],
    ['assistant', true],
    ['assistant', undefined],
  ])
})

test('a message id that is taken by other content is MESSAGE_CONFLICT, and no turn happens', async () => {
  const agent = vi.fn(async () => 'Hello')
  const { chat } = await newChat({ agent })
  await chat.sendMessage({ id: 'm-1', role: 'user', content: 'Hi' })

  const error = await errorOf(chat.sendMessage({ id: 'm-1', role: 'user', content: 'Ho' }))

  expect(error).toMatchObject({ code: 'MESSAGE_CONFLICT', details: { messageId: 'm-1' } })
  expect(agent).toHaveBeenCalledTimes(1)
  expect(await history(chat)).toHaveLength(2)
})

test('rewinding to a message and sending it again gives a new answer in place of the old one', async () => {
  let count = 0
  const { chat } = await newChat({ agent: async () => `answer ${++count}` })
  const message = { id: 'm-1', role: 'user', content: 'Hi' } as const
  const first = await chat.sendMessage(message)
  await chat.sendMessage('More')

  await chat.rewind(1)
  const second = await chat.sendMessage(message)

  expect(first.text).toBe('answer 1')
  expect(second).toMatchObject({ text: 'answer 3', repeated: false })
  expect(await history(chat)).toEqual([
    ['user', 'Hi'],
    ['assistant', 'answer 3'],
  ])
})

test('rewinding while a turn runs is refused', async () => {
  const gate = newGate()
  const { chat, manager } = await newChat({
    agent: async () => {
      await gate.opened
      return 'fine'
    },
  })
  const sending = chat.sendMessage('Hi')
  await until(async () => (await manager.health()).turns.running === 1)
  expect((await errorOf(chat.rewind(0))).code).toBe('TURN_IN_PROGRESS')
  gate.open()
  expect((await sending).text).toBe('fine')
})

test('the agent is given the newest historyMessages, and no result whose call was cut off', async () => {
  const turns: Turn[] = []
  const agent: Agent = async (turn) => {
    turns.push(turn)
    return 'ok'
  }
  const { chat } = await newChat({ agent, turns: { historyMessages: 4 } })
  await chat.addMessages([
    'old',
    { role: 'assistant', content: [call] },
    { role: 'tool', content: [result] },
    { role: 'assistant', content: 'Seven.' },
    'recent',
  ])

  await chat.sendMessage('Hi')

  // Of the newest four, the result comes first, and its call is not among them.
  expect(said(turns[0]?.messages ?? [])).toEqual([
    ['assistant', 'Seven.'],
    ['user', 'recent'],
    ['user', 'Hi'],
  ])
})

test("a turn is given the session's and the chat's prompt, the chat's settings, both records and the message", async () => {
  const turns: Turn[] = []
  const manager = newManager({
    agent: async (turn) => {
      turns.push(turn)
      return 'ok'
    },
  })
  const session = await manager.for(ada).createSession({ systemPrompt: 'You help.', name: 'Support' })
  const agent = { provider: 'p', model: 'large', options: { temperature: 0 } }
  const review = await session.createChat({ agent, systemPrompt: 'You review code.' })
  const plain = await session.createChat()

  await review.sendMessage('Hi')
  await plain.sendMessage('Ho')

  expect(turns[0]).toMatchObject({
    systemPrompt: 'You help.\n\nYou review code.',
    settings: agent,
    session: { name: 'Support', id: session.id },
    chat: { id: review.id },
    message: { content: 'Hi', seq: 1 },
  })
  expect(turns[1]).toMatchObject({ systemPrompt: 'You help.', settings: {} })
})

test("an agent reads and writes the session's context, and what it wrote stays", async () => {
  const { session, chat } = await newChat({
    agent: async ({ context }) => {
      const visits = Number((await context.get('visits')) ?? 0) + 1
      await context.set('visits', visits)
      return `visit ${visits}`
    },
  })
  await chat.sendMessage('Hi')
  expect((await chat.sendMessage('Hi again')).text).toBe('visit 2')
  expect(await session.context.get('visits')).toBe(2)
})

test('the active chat is made by the first message, once, and listeners hear of the whole turn', async () => {
  const manager = newManager({ agent: async () => 'ok' })
  const session = await manager.for(ada).createSession()
  const heard: string[] = []
  for (const name of ['chat-created', 'turn-started', 'message-added', 'turn-ended'] as const)
    manager.on(name, () => heard.push(name))

  await Promise.all([session.sendMessage('1'), session.sendMessage('2')])

  expect((await session.listChats()).items.map(({ record }) => record.name)).toEqual(['default'])
  const turn = ['message-added', 'turn-started', 'message-added', 'turn-ended']
  expect(heard).toEqual(['chat-created', ...turn, ...turn])
})

/** Which calls of the store a turn makes, from the chat on. */
async function callsOfTurn(): Promise<readonly (keyof Store)[]> {
  const calls: (keyof Store)[] = []
  let recording = false
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (recording) calls.push(method)
    return await call()
  })
  const { chat } = await newChat({ store, agent: saying('Hello') })
  recording = true
  await chat.sendMessage('Hi')
  recording = false
  return calls
}

test('a turn makes five calls of the store', async () => {
  expect(await callsOfTurn()).toEqual(['beginTurn', 'appendMessages', 'readMessages', 'appendMessages', 'endTurn'])
})

for (const [index, method] of (
  ['beginTurn', 'appendMessages', 'readMessages', 'appendMessages', 'endTurn'] as const
).entries()) {
  for (const landed of [true, false]) {
    test(`call ${index + 1} of a turn, ${method}, ${landed ? 'lands but its answer is lost' : 'never lands'}: no hang, no double, and the same message can be sent again`, async () => {
      let count = -1
      const store = intercepted(new MemoryStore(), async (called, call) => {
        if (count === -1 || called === 'renewTurn' || count++ !== index) return await call()
        expect(called).toBe(method)
        if (landed) await call()
        throw unavailable(landed ? 'unknown' : 'not-written')
      })
      const turns = { leaseMs: 40, renewMs: 20 }
      const { chat, manager } = await newChat({ store, agent: saying('Hello'), turns })
      const message = { id: newId(), role: 'user', content: 'Hi' } as const
      count = 0

      const outcome = await soon(chat.sendMessage(message).catch((error: unknown) => error))
      if (method === 'endTurn') expect(outcome).toMatchObject({ text: 'Hello', repeated: false })
      else expect(outcome).toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })

      // Free at the latest when the lease of the turn has run out.
      const reply = await soon(chat.sendMessage(message), 1_000)
      expect(reply.text).toBe('Hello')
      const messages = await chat.getMessages()
      expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1)
      expect(messages.filter(({ role, interrupted }) => role === 'assistant' && interrupted !== true)).toHaveLength(1)
    })
  }
}

test('a store that fails while an agent talks does not leave the agent talking', async () => {
  let appends = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'appendMessages' && ++appends > 1) throw unavailable('not-written')
    return await call()
  })
  let returned = false
  const agent: Agent = async function* () {
    try {
      for (;;) yield { type: 'message', message: { role: 'assistant', content: 'step' } }
    } finally {
      returned = true
    }
  }
  const { chat } = await newChat({ store, agent })
  expect((await errorOf(chat.sendMessage('Hi'))).code).toBe('STORE_UNAVAILABLE')
  expect(returned).toBe(true)
})

test('a turn whose chat has open calls of others mends them, also while somebody appends', async () => {
  const inner = new MemoryStore()
  let races = 0
  const store = intercepted(inner, async (method, call, args) => {
    if (method === 'rewriteMessages' && races++ < 2)
      await inner.appendMessages(args[0] as never, [{ id: newId(), role: 'user', content: 'aside' }])
    return await call()
  })
  const turns: Turn[] = []
  const { chat } = await newChat({
    store,
    agent: async (turn) => {
      turns.push(turn)
      return 'ok'
    },
  })
  await chat.addMessages(['Weather?', { role: 'assistant', content: [call] }])

  await chat.sendMessage('Hi')

  expect(turns[0]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user', 'user', 'user'])
  expect(races).toBe(3)
})

test('after a thousand turns no timer, listener or lane is left', async () => {
  const { chat, manager } = await newChat({ agent: saying('a', 'b') })
  const { signal } = new AbortController()
  // Fake ones are counted also where they keep no process alive; a turn on a memory store waits for none.
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())

  // In twos, so that each second one waits in line.
  for (let count = 0; count < 500; count++)
    await Promise.all([chat.sendMessage(`${count} a`, { signal }), chat.sendMessage(`${count} b`, { signal })])

  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })
})

test('failed, aborted and refused turns leave no timer, listener or lane either', async () => {
  let count = 0
  const agent: Agent = async function* (_, { signal }) {
    yield 'a'
    if (++count % 2 === 0) throw new Error('overloaded')
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const { chat, manager } = await newChat({ agent })
  const shared = new AbortController()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())

  for (let round = 0; round < 100; round++) {
    const first = chat.streamMessage('1', { signal: shared.signal })
    await first.next()
    const refused = errorOf(chat.sendMessage('2', { whenBusy: 'reject' }))
    expect((await refused).code).toBe('TURN_IN_PROGRESS')
    await first.next()
    await first.return(undefined)
  }

  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(shared.signal, 'abort')).toHaveLength(0)
  expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })
})

test('two hundred chats stream at once, and none hears the words of another', async () => {
  const agent: Agent = async function* (turn) {
    for (let count = 0; count < 20; count++) {
      await Promise.resolve()
      yield `${turn.message.content as string};`
    }
  }
  const manager = newManager({ agent })
  const session = await manager.for(ada).createSession()
  const chats = await Promise.all(Array.from({ length: 200 }, () => session.createChat()))

  const replies = await Promise.all(chats.map((chat, index) => chat.sendMessage(`chat ${index}`)))

  expect(replies.map(({ text }) => text)).toEqual(chats.map((_, index) => `chat ${index};`.repeat(20)))
})
