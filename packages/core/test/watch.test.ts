import {
  type Agent,
  type Chat,
  type ChatEvent,
  type Message,
  newId,
  type Session,
  type SessionManager,
  type Turn,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, onTestFinished, test } from 'vitest'
import { codeOf, intercepted, unavailable } from './failures.ts'
import { ada, newChat, twoManagers } from './managers.ts'
import { never, newGate, soon, until } from './waiting.ts'

/** Reads what a chat tells until the test is over. */
class Reader {
  readonly events: ChatEvent[] = []
  readonly done: Promise<unknown>
  readonly #controller = new AbortController()

  constructor(chat: Chat) {
    this.done = this.#read(chat).catch((error: unknown) => error)
    onTestFinished(async () => void (await this.stop()))
  }

  get types(): readonly string[] {
    return this.events.map(({ type }) => type)
  }

  /** The messages as somebody has them who did what the events say. */
  get messages(): readonly Message[] {
    let messages: readonly Message[] = []
    for (const event of this.events) {
      if (event.type === 'snapshot') messages = event.messages
      if (event.type === 'message') messages = [...messages, event.message]
    }
    return messages
  }

  /** What the assistant is saying, as somebody has it who did what the events say. */
  get draft(): string | null {
    let draft: string | null = null
    for (const event of this.events) {
      if (event.type === 'snapshot') draft = event.turn?.text ?? null
      if (event.type === 'turn-started') draft = ''
      if (event.type === 'text') draft += event.text
      if (event.type === 'message' && event.message.role === 'assistant') draft = draft === null ? null : ''
      if (event.type === 'turn-ended') draft = null
    }
    return draft
  }

  async stop(): Promise<unknown> {
    this.#controller.abort()
    return await this.done
  }

  async #read(chat: Chat): Promise<void> {
    for await (const event of chat.watch({ signal: this.#controller.signal })) this.events.push(event)
  }
}

async function watching(chat: Chat): Promise<Reader> {
  const reader = new Reader(chat)
  await until(() => reader.events.length > 0)
  return reader
}

const quick = { watch: { intervalMs: 5 } } as const
const slow = { watch: { intervalMs: 3_600_000 } } as const

/** One chat as two managers have it, and what of it the second sees. */
async function apart(
  first: Parameters<typeof twoManagers>[0] = {},
): Promise<{ mine: Chat; theirs: Chat; session: Session; managers: readonly SessionManager[] }> {
  const managers = twoManagers({ ...quick, ...first })
  const session = await managers[0].for(ada).createSession()
  const mine = await session.createChat()
  const theirs = await (await managers[1].for(ada).getSession(session.id)).getChat(mine.id)
  return { mine, theirs, session, managers }
}

test('whoever watches gets what there is, then each message and each word as it comes', async () => {
  const gate = newGate()
  const agent: Agent = async function* () {
    yield 'Hel'
    await gate.opened
    yield { type: 'reasoning', text: 'hm' }
    yield 'lo'
  }
  const { session, chat } = await newChat({ agent, ...slow })
  await chat.addMessage('Before')
  const reader = await watching(chat)
  expect(reader.events[0]).toMatchObject({ type: 'snapshot', turn: null, messages: [{ content: 'Before' }] })
  expect(reader.events[0]).toMatchObject({ session: { id: session.id }, chat: { id: chat.id } })

  const { reply, turnId } = await chat.postMessage('Hi')
  await until(() => reader.draft === 'Hel')
  gate.open()
  await reply
  await until(() => reader.types.includes('turn-ended'))

  expect(reader.types.slice(1)).toEqual([
    'message',
    'turn-started',
    'text',
    'reasoning',
    'text',
    'message',
    'turn-ended',
  ])
  expect(reader.events.at(-1)).toEqual({ type: 'turn-ended', turnId, outcome: 'completed', error: null })
  expect(reader.messages).toEqual(await chat.getMessages())
})

test('whoever comes back during an answer gets what was said of it, and what follows', async () => {
  const gates = [newGate(), newGate()]
  const agent: Agent = async function* () {
    yield { type: 'message', message: { role: 'assistant', content: 'Whole. ' } }
    yield 'One '
    await gates[0]?.opened
    yield 'two '
    await gates[1]?.opened
    yield 'three'
  }
  const { chat } = await newChat({ agent, ...slow })
  const first = await watching(chat)
  await chat.postMessage('Hi')
  await until(() => first.draft === 'One ')
  await first.stop()
  gates[0]?.open()

  const second = await watching(chat)
  await until(() => second.draft === 'One two ')
  gates[1]?.open()
  await until(() => second.types.includes('turn-ended'))
  expect(second.messages.map(({ content }) => content)).toEqual(['Hi', 'Whole. ', 'One two three'])
  expect(first.messages).toHaveLength(2)
})

test.each(['sendMessage', 'streamMessage'] as const)('a turn by %s is shown as well', async (how) => {
  const { chat } = await newChat({ agent: async () => 'Hello', ...slow })
  const reader = await watching(chat)
  if (how === 'sendMessage') await chat.sendMessage('Hi')
  else for await (const _ of chat.streamMessage('Hi'));
  await until(() => reader.types.includes('turn-ended'))
  expect(reader.messages).toEqual(await chat.getMessages())
})

test('why an answer ended is told: interrupted, failed', async () => {
  const said = newGate()
  const { chat } = await newChat({
    ...slow,
    agent: async function* ({ message }: Turn) {
      if (message.content === 'fail') throw new Error('no model')
      yield 'half'
      said.open()
      await never
    },
  })
  const reader = await watching(chat)
  await codeOf(chat.sendMessage('fail'))
  await chat.postMessage('Hi')
  await said.opened
  await chat.interrupt()
  await until(() => reader.types.filter((type) => type === 'turn-ended').length === 2)
  expect(reader.events.filter(({ type }) => type === 'turn-ended')).toMatchObject([
    { outcome: 'failed', error: { code: 'AGENT_FAILED' } },
    { outcome: 'interrupted', error: { code: 'TURN_INTERRUPTED' } },
  ])
  expect(reader.messages.at(-1)).toMatchObject({ content: 'half', interrupted: true })
})

test('a rewind, an edited message and a repair show a chat as it is then', async () => {
  const { chat } = await newChat({ agent: async ({ messages }) => `${messages.length}`, ...slow })
  for (const text of ['a', 'b', 'c']) await chat.sendMessage(text)
  const reader = await watching(chat)
  await chat.rewind(4)
  await until(() => reader.messages.length === 4)
  await chat.sendMessage('B', { replaces: 3 })
  await until(() => reader.messages.map(({ content }) => content).join() === 'a,1,B,3')
  expect(reader.messages).toEqual(await chat.getMessages())
  await chat.rewind(0)
  await until(() => reader.messages.length === 0)
  await chat.addMessages([
    { role: 'assistant', content: [{ type: 'tool-call', callId: 'c', name: 'add', input: {} }] },
    { role: 'user', content: 'next' },
  ])
  await chat.repair()
  await until(() => reader.messages.length === 3)
  expect(reader.messages).toEqual(await chat.getMessages())
})

test('what is changed through this manager shows at once: names, states, the end', async () => {
  const { session, chat } = await newChat(slow)
  const reader = await watching(chat)
  await chat.update({ name: 'New' })
  await session.pause()
  await until(() => reader.types.filter((type) => type === 'changed').length === 2)
  expect(reader.events.slice(1)).toMatchObject([{ chat: { name: 'New' } }, { session: { status: 'paused' } }])
  await session.delete()
  expect(await soon(reader.done)).toMatchObject({ code: 'SESSION_NOT_FOUND' })
})

test('a chat that is deleted ends its watches with CHAT_NOT_FOUND, and one that is not there begins none', async () => {
  const { session, chat } = await newChat(slow)
  const reader = await watching(chat)
  await session.deleteChat(chat.id)
  expect(await soon(reader.done)).toMatchObject({ code: 'CHAT_NOT_FOUND' })
  expect(await codeOf(chat.watch().next())).toBe('CHAT_NOT_FOUND')
})

test('what another manager does shows by whole messages, in order, once', async () => {
  const gate = newGate()
  const { mine, theirs, session } = await apart({
    agent: async function* () {
      yield 'Hel'
      await gate.opened
      yield 'lo'
    },
  })
  const reader = await watching(theirs)
  await mine.postMessage('Hi')
  await until(() => reader.messages.length === 1)
  gate.open()
  await until(() => reader.messages.length === 2)
  await Promise.all(Array.from({ length: 120 }, (_, index) => mine.addMessage(`${index}`)))
  await until(() => reader.messages.at(-1)?.seq === 122)
  await mine.rewind(1)
  await until(() => reader.messages.length === 1)
  await mine.addMessage('Other')
  await until(() => reader.messages.length === 2)
  await mine.update({ name: 'New' })
  await session.archive()
  await until(() => reader.events.some((event) => event.type === 'changed' && event.session.status === 'archived'))
  expect(reader.events.some((event) => event.type === 'changed' && event.chat.name === 'New')).toBe(true)
  expect(reader.messages.map(({ content }) => content)).toEqual(['Hi', 'Other'])
})

test('another message in a known place is seen, though the chat is as long as before', async () => {
  const { mine, theirs } = await apart()
  await mine.addMessages(['a', 'b'])
  const reader = await watching(theirs)
  await mine.rewind(1)
  await mine.addMessage('B')
  await theirs.addMessage('c')
  await until(() => reader.messages.map(({ content }) => content).join() === 'a,B,c')
})

test('of a long chat the newest 50 messages are shown', async () => {
  const { chat } = await newChat(slow)
  await chat.addMessages(Array.from({ length: 120 }, (_, index) => `${index}`))
  const reader = await watching(chat)
  expect(reader.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => 71 + index))
})

test('a reader that is too slow gets the chat as it is, and why answers ended', async () => {
  const { chat } = await newChat({
    ...slow,
    agent: async () => {
      throw new Error('no model')
    },
  })
  const events = chat.watch()
  expect((await events.next()).value).toMatchObject({ type: 'snapshot' })
  await codeOf(chat.sendMessage('Hi'))
  for (let index = 0; index < 300; index++) await chat.addMessage(`${index}`)
  const next = (await events.next()).value
  expect(next).toMatchObject({ type: 'snapshot', messages: { length: 50 } })
  expect(next).toMatchObject({ messages: expect.arrayContaining([expect.objectContaining({ content: '299' })]) })
  expect((await events.next()).value).toMatchObject({ type: 'turn-ended', outcome: 'failed' })
  await events.return()
})

test('a store that does not answer is told of once, and when it answers again what came meanwhile is shown', async () => {
  let isDown = false
  const inner = new MemoryStore()
  const store = intercepted(inner, async (_, call) => {
    if (isDown) throw unavailable('unknown')
    return await call()
  })
  const { chat } = await newChat({ store, ...quick })
  const reader = await watching(chat)
  isDown = true
  await until(() => reader.types.includes('unavailable'))
  const ref = { id: chat.id, session: { id: chat.record.sessionId, owner: ada } }
  await inner.appendMessages(ref, [{ id: newId(), role: 'user', content: 'Meanwhile' }])
  await new Promise((resolve) => setTimeout(resolve, 30))
  isDown = false
  await until(() => reader.messages.length === 1)
  expect(reader.types.filter((type) => type === 'unavailable' || type === 'available')).toEqual([
    'unavailable',
    'available',
  ])

  isDown = true
  expect((await chat.watch().next()).value).toMatchObject({ type: 'snapshot' })
  isDown = false
})

test('a watch that cannot begin fails, and leaves nothing behind', async () => {
  let isDown = true
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (isDown && method === 'readMessages') throw unavailable('unknown')
    return await call()
  })
  const { chat } = await newChat({ store, ...slow })
  expect(await codeOf(chat.watch().next())).toBe('STORE_UNAVAILABLE')
  isDown = false
  expect(await watching(chat)).toMatchObject({ types: ['snapshot'] })
})

test('messages that come while a watch begins are in it, once', async () => {
  const gate = newGate()
  let reads = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    const result = await call()
    if (method === 'readMessages' && ++reads === 1) await gate.opened
    return result
  })
  const { chat } = await newChat({ store, ...slow })
  const reader = new Reader(chat)
  await until(() => reads === 1)
  await chat.addMessage('Early')
  gate.open()
  await until(() => reader.messages.length === 1)
  await chat.addMessage('Late')
  await until(() => reader.messages.length === 2)
  expect(reader.messages).toEqual(await chat.getMessages())
})

test('a watch ends with its signal, with its loop and with the manager, which tells what was still to be told', async () => {
  const said = newGate()
  const { manager, chat } = await newChat({
    ...slow,
    closeStore: false,
    agent: async function* () {
      yield 'half'
      said.open()
      await never
    },
  })
  expect(await soon(chat.watch({ signal: AbortSignal.abort() }).next())).toMatchObject({ done: true })
  for await (const _ of chat.watch()) break
  const stopped = await watching(chat)
  expect(await soon(stopped.stop())).toBeUndefined()

  const reader = await watching(chat)
  await chat.postMessage('Hi')
  await said.opened
  await manager.close()
  expect(await soon(reader.done)).toBeUndefined()
  expect(reader.events.at(-1)).toMatchObject({ type: 'turn-ended', error: { code: 'CLOSED' } })
  expect(reader.messages.at(-1)).toMatchObject({ content: 'half', interrupted: true })
  expect(() => chat.watch()).toThrow('closed')
})

test('a thousand who watch one chat share its reads, and none is read when nobody watches', async () => {
  let reads = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'readMessages') reads++
    return await call()
  })
  const { manager, chat } = await newChat({ store, agent: async () => 'Hello', ...slow })
  const readers = Array.from({ length: 1_000 }, () => new Reader(chat))
  await until(() => readers.every(({ events }) => events.length === 1))
  const before = reads
  expect(before).toBeLessThan(1_000)
  await chat.sendMessage('Hi')
  await until(() => readers.every(({ messages }) => messages.length === 2))
  expect(reads - before).toBeLessThan(10)
  await Promise.all(readers.map((reader) => reader.stop()))
  expect(manager.on('message-added', () => {})).toBeTypeOf('function')
  const after = reads
  await chat.addMessage('Again')
  expect(reads).toBe(after)
})
