import {
  type Chat,
  type Message,
  type MessageInput,
  newId,
  type Part,
  type Role,
  repairHistory,
  type Store,
  type ToolCallPart,
  type ToolResultPart,
  type Turn,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { intercepted } from './failures.ts'
import { ada, failure, message, newManager, newSession, present } from './one-session.ts'
import { newGate } from './waiting.ts'

const none = { closedCalls: 0, droppedResults: 0, movedResults: 0 }

function call(callId: string): ToolCallPart {
  return { type: 'tool-call', callId, name: `tool-${callId}`, input: {} }
}

function result(callId: string, output = 'ok'): ToolResultPart {
  return { type: 'tool-result', callId, output }
}

const text: Part = { type: 'text', text: 'Let me see.' }

/** What a history says, in short: `assistant ?a` calls a, `tool =a` answers it, `tool !a` does so in its place. */
function short(messages: readonly Message[]): readonly string[] {
  return messages.map(({ role, content }) => {
    if (typeof content === 'string') return role
    const marks = content.map((part) => {
      if (part.type === 'tool-call') return `?${part.callId}`
      if (part.type === 'tool-result') return `${part.synthetic === true ? '!' : '='}${part.callId}`
      return '.'
    })
    return [role, ...marks].join(' ')
  })
}

/** The history of a short form. */
function long(lines: readonly string[]): readonly Message[] {
  return lines.map((line, index) => {
    const [role = '', ...marks] = line.split(' ')
    const parts = marks.map((mark) =>
      mark === '.' ? text : mark[0] === '?' ? call(mark.slice(1)) : result(mark.slice(1)),
    )
    return message(index + 1, role as Role, marks.length === 0 ? role : parts)
  })
}

/** What is wrong with a history for a provider that is strict; null if nothing is. */
function problemOf(messages: readonly Message[]): string | null {
  const open: string[] = []
  for (const { id, role, content } of messages) {
    if (role !== 'tool' && open.length > 0) return `${open} unanswered before ${id}`
    if (typeof content === 'string') continue
    for (const part of content) {
      if (part.type === 'tool-call') open.push(part.callId)
      if (part.type !== 'tool-result') continue
      const place = open.indexOf(part.callId)
      if (place === -1) return `${part.callId} answered in ${id} without a call`
      open.splice(place, 1)
    }
  }
  return open.length > 0 ? `${open} never answered` : null
}

const examples: readonly (readonly [string, readonly string[], readonly string[], Partial<typeof none>])[] = [
  ['an empty one', [], [], {}],
  ['one without tools', ['system', 'user', 'assistant', 'user'], ['system', 'user', 'assistant', 'user'], {}],
  [
    'a call and its result',
    ['user', 'assistant ?a', 'tool =a', 'assistant'],
    ['user', 'assistant ?a', 'tool =a', 'assistant'],
    {},
  ],
  [
    'results in another order',
    ['assistant ?a ?b', 'tool =b', 'tool =a'],
    ['assistant ?a ?b', 'tool =b', 'tool =a'],
    {},
  ],
  ['a provider’s own tool', ['assistant . ?a =a .', 'user'], ['assistant . ?a =a .', 'user'], {}],
  ['a call at the end', ['user', 'assistant ?a'], ['user', 'assistant ?a', 'tool !a'], { closedCalls: 1 }],
  ['a call before a question', ['assistant ?a', 'user'], ['assistant ?a', 'tool !a', 'user'], { closedCalls: 1 }],
  [
    'two calls, one answered',
    ['assistant ?a ?b', 'tool =a', 'user'],
    ['assistant ?a ?b', 'tool =a', 'tool !b', 'user'],
    { closedCalls: 1 },
  ],
  [
    'two calls, none answered',
    ['assistant ?a ?b', 'user'],
    ['assistant ?a ?b', 'tool !a !b', 'user'],
    { closedCalls: 2 },
  ],
  ['a result without a call', ['user', 'tool =a', 'user'], ['user', 'user'], { droppedResults: 1 }],
  [
    'a result before its call',
    ['tool =a', 'assistant ?a'],
    ['assistant ?a', 'tool !a'],
    { droppedResults: 1, closedCalls: 1 },
  ],
  ['a second result', ['assistant ?a', 'tool =a', 'tool =a'], ['assistant ?a', 'tool =a'], { droppedResults: 1 }],
  [
    'a second result in one message',
    ['assistant ?a', 'tool =a =a'],
    ['assistant ?a', 'tool =a'],
    { droppedResults: 1 },
  ],
  [
    'a result after a question',
    ['assistant ?a', 'user', 'tool =a'],
    ['assistant ?a', 'tool =a', 'user'],
    { movedResults: 1 },
  ],
  [
    'two results after a question',
    ['assistant ?a ?b', 'user', 'tool =b =a'],
    ['assistant ?a ?b', 'tool =a =b', 'user'],
    { movedResults: 2 },
  ],
  [
    'one result in time, one late',
    ['assistant ?a ?b', 'tool =a', 'user', 'tool =b'],
    ['assistant ?a ?b', 'tool =a', 'tool =b', 'user'],
    { movedResults: 1 },
  ],
  [
    'a late result among others',
    ['assistant ?a', 'user', 'assistant ?b', 'tool =a =b'],
    ['assistant ?a', 'tool =a', 'user', 'assistant ?b', 'tool =b'],
    { movedResults: 1 },
  ],
  ['a result of the user', ['assistant ?a', 'user . =a'], ['assistant ?a', 'tool =a', 'user .'], { movedResults: 1 }],
  [
    'the same id in each turn',
    ['assistant ?a', 'tool =a', 'user', 'assistant ?a', 'tool =a'],
    ['assistant ?a', 'tool =a', 'user', 'assistant ?a', 'tool =a'],
    {},
  ],
  [
    'the same id again, after one that was lost',
    ['assistant ?a', 'user', 'assistant ?a', 'tool =a'],
    ['assistant ?a', 'tool !a', 'user', 'assistant ?a', 'tool =a'],
    { closedCalls: 1 },
  ],
  [
    'the same id twice at once',
    ['assistant ?a ?a', 'tool =a'],
    ['assistant ?a ?a', 'tool =a', 'tool !a'],
    { closedCalls: 1 },
  ],
]

describe('repairHistory', () => {
  test.each(examples)('repair: %s', (_, before, after, counts) => {
    const { messages, ...rest } = repairHistory(long(before))
    expect(short(messages)).toEqual(after)
    expect(rest).toEqual({ ...none, ...counts })
    expect(problemOf(messages)).toBe(null)
  })

  test('repair: the result of a lost call says so, and names the tool', () => {
    const { messages } = repairHistory(long(['assistant ?a', 'user']))
    expect(messages[1]).toEqual({
      id: expect.any(String),
      seq: expect.any(Number),
      role: 'tool',
      createdAt: expect.any(Number),
      content: [
        {
          type: 'tool-result',
          callId: 'a',
          name: 'tool-a',
          output: { error: expect.stringContaining('unknown') },
          isError: true,
          synthetic: true,
        },
      ],
    })
  })

  test('repair: a moved result is the same, its message keeps its id where nothing is left of it', () => {
    const whole = repairHistory(long(['assistant ?a', 'user', 'tool =a'])).messages
    expect(whole[1]).toMatchObject({ id: 'm3', role: 'tool' })
    const history = long(['assistant ?a', 'user . =a'])
    const [, moved, left] = repairHistory(history).messages
    expect(moved?.content).toEqual([result('a')])
    expect(moved?.id).not.toBe('m2')
    expect(left).toMatchObject({ id: 'm2', role: 'user', content: [text] })
  })

  test('repair: what is handed in is not changed', () => {
    const history = long(['assistant ?a', 'user', 'tool =a =b', 'assistant ?c'])
    const copy = structuredClone(history)
    repairHistory(history)
    expect(history).toEqual(copy)
  })

  test('repair: 3,000 odd histories come out valid, with nothing lost but results', () => {
    const random = generator(20_260_101)
    let mended = 0
    for (let count = 0; count < 3_000; count++) {
      const history = oddHistory(random)
      const repaired = repairHistory(history)
      const { messages, closedCalls, droppedResults, movedResults } = repaired
      const about = JSON.stringify([short(history), short(messages)])

      expect(problemOf(messages), about).toBe(null)
      expect(new Set(messages.map(({ id }) => id)).size, about).toBe(messages.length)
      expect(others(messages), about).toEqual(others(history))

      const before = results(history)
      const after = results(messages)
      const real = after.filter(({ synthetic }) => synthetic !== true)
      expect(after.length - real.length, about).toBe(closedCalls)
      expect(before.length - real.length, about).toBe(droppedResults)
      expect(new Set(real).size, about).toBe(real.length)
      expect(
        real.every((part) => before.includes(part)),
        about,
      ).toBe(true)
      expect(after, about).toHaveLength(calls(history))

      for (const [index, source] of history.entries()) {
        if (results([source]).length === 0) expect(messages, `${index} of ${about}`).toContain(source)
      }
      const untouched = messages.length === history.length && messages.every((item, index) => item === history[index])
      expect(untouched, about).toBe(problemOf(history) === null)
      expect(closedCalls + droppedResults + movedResults === 0, about).toBe(untouched)
      if (!untouched) mended++

      const again = repairHistory(messages)
      expect(
        again.messages.length === messages.length && again.messages.every((item, index) => item === messages[index]),
        about,
      ).toBe(true)
      expect({ ...again, messages: null }, about).toEqual({ ...none, messages: null })
    }
    // The generator is worth its time: it makes both kinds.
    expect(mended).toBeGreaterThan(1_000)
    expect(3_000 - mended).toBeGreaterThan(100)
  })

  test('repair: 1,000 healthy histories come back as they are', () => {
    const random = generator(7)
    for (let count = 0; count < 1_000; count++) {
      const history = healthyHistory(random)
      expect(problemOf(history)).toBe(null)
      const { messages, ...counts } = repairHistory(history)
      expect(counts).toEqual(none)
      expect(messages.every((item, index) => item === history[index]) && messages.length === history.length).toBe(true)
    }
  })

  test('repair: the time for a long history grows with its length, not with its square', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? `assistant ?c${index}` : 'user'))
    const history = long(lines)
    const startedAt = performance.now()
    expect(repairHistory(history).closedCalls).toBe(10_000)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

describe('chat.repair', () => {
  test('repair: a healthy chat is left as it is', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?a', 'tool =a', 'assistant'])
    const before = await chat.getMessages()
    expect(await chat.repair()).toEqual(none)
    expect(await chat.getMessages()).toEqual(before)
    expect(writes).toEqual([])
  })

  test('repair: an empty chat has nothing to mend', async () => {
    const { chat, writes } = await newChat()
    expect(await chat.repair()).toEqual(none)
    expect(writes).toEqual([])
  })

  test.each(examples.filter(([, before]) => before.length > 0))(
    'repair: stored, %s',
    async (_, before, after, counts) => {
      const { chat } = await newChat()
      await add(chat, before)
      expect(await chat.repair()).toEqual({ ...none, ...counts })
      const stored = await chat.getMessages()
      expect(short(stored)).toEqual(after)
      expect(stored.map(({ seq }) => seq)).toEqual(after.map((_line, index) => index + 1))
      expect(await chat.repair()).toEqual(none)
      expect(await chat.getMessages()).toEqual(stored)
    },
  )

  test('repair: what stands before the damage is not written again, what comes after keeps its id and time', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant', 'assistant ?a', 'user', 'assistant'])
    const before = await chat.getMessages()
    await chat.repair()
    const after = await chat.getMessages()
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3))
    expect(after.slice(4).map(({ seq: _, ...rest }) => rest)).toEqual(
      before.slice(3).map(({ seq: _, ...rest }) => rest),
    )
    expect(writes).toEqual([[3, 3]])
  })

  test('repair: it is told once, with its counts', async () => {
    const { chat, events } = await newChat()
    await add(chat, ['assistant ?a ?b', 'user', 'tool =b =c'])
    const done = await chat.repair()
    expect(done).toEqual({ closedCalls: 1, droppedResults: 1, movedResults: 1 })
    await chat.repair()
    expect(events).toEqual([{ owner: ada, sessionId: chat.record.sessionId, chatId: chat.id, ...done }])
  })

  test('repair: a tail of 200 messages is rewritten', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?a', ...users(199), 'tool =a'])
    expect(await chat.repair()).toEqual({ ...none, movedResults: 1 })
    expect(writes).toEqual([[2, 200]])
    expect(short(await chat.getMessages({ after: 0, limit: 4 }))).toEqual(['user', 'assistant ?a', 'tool =a', 'user'])
  })

  test('repair: a longer tail stays where it is, and open calls get their results at the end', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?a', 'user', 'assistant ?b ?c', ...users(201)])
    const before = await chat.getMessages({ limit: 1_000 })
    expect(await chat.repair()).toEqual({ ...none, closedCalls: 3 })
    const after = await chat.getMessages({ limit: 1_000 })
    expect(after.slice(0, before.length)).toEqual(before)
    expect(short(after.slice(before.length))).toEqual(['tool !a', 'tool !b !c'])
    expect(writes).toEqual([[205, 2]])
    // They are answered now, if late: an agent gets them mended, and there is nothing to count.
    expect(await chat.repair()).toEqual(none)
    expect(problemOf(repairHistory(after).messages)).toBe(null)
  })

  test('repair: results that would have to be moved or dropped over a long tail stay', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?a', ...users(201), 'tool =a =b'])
    expect(await chat.repair()).toEqual(none)
    expect(writes).toEqual([])
  })

  test('repair: it looks at the newest 1,000 messages, from a question on', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?old', ...users(1_000)])
    expect(await chat.repair()).toEqual(none)
    await add(chat, ['assistant ?new'])
    expect(await chat.repair()).toEqual({ ...none, closedCalls: 1 })
    expect(writes).toEqual([[1_003, 1]])
  })

  test('repair: where the window cuts between a call and its result, the result is not dropped', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?a', 'tool =a', ...users(999)])
    expect(await chat.repair()).toEqual(none)
    expect(writes).toEqual([])
    expect(short(await chat.getMessages({ after: 2, limit: 1 }))).toEqual(['tool =a'])
  })

  test('repair: where the window cuts so, what stands apart near its end is mended all the same', async () => {
    const { chat, writes } = await newChat()
    await add(chat, ['user', 'assistant ?a', 'tool =a', ...users(996), 'assistant ?b', 'user', 'tool =b'])
    expect(await chat.repair()).toEqual({ ...none, movedResults: 1 })
    expect(writes).toEqual([[1_000, 2]])
  })

  test('repair: a chat that was trimmed is mended from its first message on', async () => {
    const { chat } = await newChat(5)
    for (const line of users(7)) await add(chat, [line])
    await add(chat, ['user', 'assistant ?a', 'assistant'])
    expect(await chat.repair()).toEqual({ ...none, closedCalls: 1 })
    const stored = await chat.getMessages()
    expect(problemOf(stored)).toBe(null)
    expect(stored.at(-1)?.seq).toBe(11)
  })

  test('repair: somebody who appends meanwhile makes it a VERSION_CONFLICT, and nothing is lost', async () => {
    let race = true
    const inner = new MemoryStore()
    const store = intercepted(inner, async (method, proceed, args) => {
      if (method === 'rewriteMessages' && race)
        await inner.appendMessages(args[0] as never, [{ id: newId(), role: 'tool', content: [result('a')] }])
      return await proceed()
    })
    const { chat, events } = await newChat(null, store)
    await add(chat, ['user', 'assistant ?a'])
    expect(await failure(() => chat.repair())).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { expectedVersion: 2, actualVersion: 3 },
    })
    expect(short(await chat.getMessages())).toEqual(['user', 'assistant ?a', 'tool =a'])
    expect(events).toEqual([])
    race = false
    expect(await chat.repair()).toEqual(none)
  })

  test('repair: a turn that runs is not disturbed', async () => {
    const gate = newGate()
    const started = newGate()
    const session = await newSession({
      agent: async () => {
        started.open()
        await gate.opened
        return 'done'
      },
    })
    const chat = await session.createChat()
    const sending = chat.sendMessage('Hi')
    await started.opened
    await chat.addMessage({ role: 'assistant', content: [call('a')] })
    expect((await failure(() => chat.repair())).code).toBe('TURN_IN_PROGRESS')
    gate.open()
    await sending
    expect(await chat.repair()).toEqual({ ...none, closedCalls: 1 })
  })

  test.each(['pause', 'archive', 'close'] as const)(
    'repair: a session after its %s is not rewritten',
    async (action) => {
      const session = await newSession()
      const chat = await session.createChat()
      await add(chat, ['assistant ?a', 'user'])
      await session[action]()
      const { code } = await failure(() => chat.repair())
      expect(code).toBe({ pause: 'SESSION_PAUSED', archive: 'SESSION_ARCHIVED', close: 'SESSION_CLOSED' }[action])
      expect(await chat.getMessages()).toHaveLength(2)
    },
  )

  test('repair: a turn mends what others left open, once, before its question', async () => {
    const turns: Turn[] = []
    const manager = newManager({
      agent: async (turn) => {
        turns.push(turn)
        return 'ok'
      },
    })
    let repairs = 0
    manager.on('chat-repaired', () => repairs++)
    const chat = await (await manager.for(ada).createSession()).createChat()
    await add(chat, ['user', 'assistant ?a'])
    await chat.sendMessage('And now?')
    await chat.sendMessage('And then?')
    expect(short(await chat.getMessages()).slice(0, 5)).toEqual([
      'user',
      'assistant ?a',
      'tool !a',
      'user',
      'assistant',
    ])
    expect(turns.map(({ messages }) => problemOf(messages))).toEqual([null, null])
    expect(repairs).toBe(1)
  })

  test('repair: an agent gets a mended history also where the chat could not be rewritten', async () => {
    const turns: Turn[] = []
    const session = await newSession({
      agent: async (turn) => {
        turns.push(turn)
        return 'ok'
      },
      turns: { historyMessages: 1_000 },
    })
    const chat = await session.createChat()
    await add(chat, ['user', 'assistant ?a', ...users(300), 'tool =a', 'tool =b'])
    await chat.sendMessage('Hi')
    const messages = present(turns[0]).messages
    expect(problemOf(messages)).toBe(null)
    expect(short(messages).slice(0, 4)).toEqual(['user', 'assistant ?a', 'tool =a', 'user'])
    expect(messages.at(-1)?.content).toBe('Hi')
  })
})

async function newChat(maxMessages: number | null = null, store: Store = new MemoryStore()) {
  const writes: (readonly [keepThrough: number, messages: number])[] = []
  const events: unknown[] = []
  const watchedStore = intercepted(store, async (method, proceed, args) => {
    if (method === 'rewriteMessages') writes.push([args[1] as number, (args[2] as readonly unknown[]).length])
    return await proceed()
  })
  const manager = newManager({ store: watchedStore })
  manager.on('chat-repaired', (event) => events.push(event))
  const session = await manager.for(ada).createSession()
  return { chat: await session.createChat({ maxMessages }), writes, events }
}

async function add(chat: Chat, lines: readonly string[]): Promise<void> {
  const inputs = long(lines).map(({ role, content }): MessageInput => ({ role, content }))
  for (let start = 0; start < inputs.length; start += 200) await chat.addMessages(inputs.slice(start, start + 200))
}

function users(count: number): readonly string[] {
  return Array.from({ length: count }, () => 'user')
}

function partsOf(messages: readonly Message[]): readonly Part[] {
  return messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
}

function results(messages: readonly Message[]): readonly ToolResultPart[] {
  return partsOf(messages).filter((part): part is ToolResultPart => part.type === 'tool-result')
}

function calls(messages: readonly Message[]): number {
  return partsOf(messages).filter(({ type }) => type === 'tool-call').length
}

/** All that is said but for results, with the id of the message it is said in. */
function others(messages: readonly Message[]): readonly unknown[] {
  return messages.flatMap(({ id, role, content }) =>
    typeof content === 'string'
      ? [[id, role, content]]
      : content.flatMap((part) => (part.type === 'tool-result' ? [] : [[id, role, part]])),
  )
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function oneOf<Item>(random: () => number, items: readonly Item[]): Item {
  return present(items[Math.floor(random() * items.length)])
}

const ids = ['a', 'b', 'c']

/** Calls and results anywhere, in messages of any role, with few ids, so that they clash. */
function oddHistory(random: () => number): readonly Message[] {
  const length = Math.floor(random() * 8)
  return Array.from({ length }, (_, index) => {
    const role = oneOf(random, ['user', 'assistant', 'assistant', 'tool', 'tool', 'system'] as const)
    if (random() < 0.3) return message(index + 1, role, 'text')
    const parts = Array.from({ length: Math.floor(random() * 4) }, (): Part => {
      const kind = role === 'tool' ? oneOf(random, [0, 1, 1, 1, 2]) : oneOf(random, [0, 0, 0, 1, 2])
      const callId = oneOf(random, ids)
      return kind === 0 ? call(callId) : kind === 1 ? result(callId) : { type: 'text', text: callId }
    })
    return message(index + 1, role, parts)
  })
}

/** Turns whose every call is answered behind it, in any order, one message or many. */
function healthyHistory(random: () => number): readonly Message[] {
  const history: Message[] = []
  const say = (role: Role, content: Message['content']): void => {
    history.push(message(history.length + 1, role, content))
  }
  for (let turn = 0; turn < 4; turn++) {
    say('user', 'question')
    for (let step = Math.floor(random() * 3); step > 0; step--) {
      const called = ids.filter(() => random() < 0.6)
      say('assistant', [text, ...called.map(call)])
      const answers = called.toSorted(() => random() - 0.5).map((id) => result(id))
      if (random() < 0.5 && answers.length > 0) say('tool', answers)
      else for (const answer of answers) say('tool', [answer])
    }
    say('assistant', 'answer')
  }
  return history
}
