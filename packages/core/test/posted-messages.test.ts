import type { Agent, SessEvents } from '@sess/core'
import { expect, test } from 'vitest'
import { codeOf, failureOf } from './failures.ts'
import { newChat } from './managers.ts'
import { never, newGate, soon, until } from './waiting.ts'

test('a posted message is kept when the call resolves, and the answer comes by itself', async () => {
  const gate = newGate()
  const agent: Agent = async function* () {
    yield 'Hel'
    await gate.opened
    yield 'lo'
  }
  const { chat } = await newChat({ agent })

  const { turnId, message, reply } = await chat.postMessage({ id: 'm1', role: 'user', content: 'Hi' })

  expect(await chat.getMessages()).toEqual([message])
  gate.open()
  await until(async () => (await chat.getMessages()).length === 2)
  const whole = await reply
  expect([whole.turnId, whole.text, whole.input, whole.repeated]).toEqual([turnId, 'Hello', message, false])
})

test('nobody has to wait for the answer of a posted message, also if it fails', async () => {
  const agent: Agent = async () => {
    throw new Error('no model')
  }
  const { manager, chat } = await newChat({ agent })
  const ends: SessEvents['turn-ended'][] = []
  manager.on('turn-ended', (end) => ends.push(end))

  // An unhandled rejection would fail the run.
  const { turnId } = await chat.postMessage('Hi')
  await until(() => ends.length === 1)
  expect(ends).toMatchObject([{ turnId, outcome: 'failed' }])

  const { reply } = await chat.postMessage('Again')
  expect(await codeOf(reply)).toBe('AGENT_FAILED')
})

test('what refuses a posted message rejects the call, and nothing is written', async () => {
  const { session, chat } = await newChat({ agent: async () => 'Hello' })
  await session.pause()
  expect(await codeOf(chat.postMessage('Hi'))).toBe('SESSION_PAUSED')
  expect(await codeOf(chat.postMessage(''.padEnd(2_000_000, 'x')))).toBe('TOO_LARGE')
  expect(await chat.getMessages()).toEqual([])
})

test('the signal counts until the message is kept, and not for the answer', async () => {
  const gate = newGate()
  const { chat } = await newChat({
    agent: async () => {
      await gate.opened
      return 'Hello'
    },
  })
  const reason = new Error('too late')
  expect(await failureOf(chat.postMessage('Hi', { signal: AbortSignal.abort(reason) }))).toBe(reason)
  expect(await chat.getMessages()).toEqual([])

  const controller = new AbortController()
  const { reply } = await chat.postMessage('Hi', { signal: controller.signal })
  const waiting = chat.postMessage('Second', { signal: controller.signal })
  controller.abort(reason)
  expect(await failureOf(waiting)).toBe(reason)
  gate.open()
  expect((await reply).text).toBe('Hello')
  expect(await chat.getMessages()).toHaveLength(2)
})

test('a posted answer is stopped by interrupt and by the end of the manager, and what it said is kept', async () => {
  const said = newGate()
  const agent: Agent = async function* () {
    yield 'half'
    said.open()
    await never
  }
  const { manager, chat } = await newChat({ agent, closeStore: false })
  const first = await chat.postMessage('One')
  await said.opened
  expect(await chat.interrupt()).toBe(true)
  expect(await codeOf(first.reply)).toBe('TURN_INTERRUPTED')
  const second = await chat.postMessage('Two')
  const messages = await chat.getMessages()
  await soon(manager.close())
  expect(await codeOf(second.reply)).toBe('CLOSED')
  expect(messages.map(({ content, interrupted }) => [content, interrupted])).toEqual([
    ['One', undefined],
    ['half', true],
    ['Two', undefined],
  ])
})

test('a message that was posted and answered is answered with that reply when it is posted again', async () => {
  let asked = 0
  const { chat } = await newChat({ agent: async () => `Hello ${++asked}` })
  const message = { id: 'm1', role: 'user', content: 'Hi' } as const
  const first = await chat.postMessage(message)
  const firstReply = await first.reply
  const second = await chat.postMessage(message)
  expect(await second.reply).toEqual({ ...firstReply, repeated: true })
  expect([second.turnId, second.message]).toEqual([first.turnId, first.message])
  expect(asked).toBe(1)
})

test('the active chat takes posted messages too', async () => {
  const { session, chat } = await newChat({ agent: async () => 'Hello' })
  const { reply } = await session.postMessage('Hi')
  expect((await reply).chatId).toBe(chat.id)
})
