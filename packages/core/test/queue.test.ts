import type { Agent, SessErrorCode } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, errorOf, failureOf, intercepted } from './failures.ts'
import { newChat } from './managers.ts'
import { type Gate, newGate, soon, until } from './waiting.ts'

/** An agent whose every turn says its message, then waits for a gate of its own. */
function gated(): { readonly agent: Agent; readonly gates: Gate[]; readonly asked: string[] } {
  const gates: Gate[] = []
  const asked: string[] = []
  const agent: Agent = async function* (turn) {
    const gate = newGate()
    asked.push(turn.message.content as string)
    gates.push(gate)
    yield `re: ${turn.message.content as string}`
    await gate.opened
  }
  return { agent, gates, asked }
}

test('sends to a busy chat wait and are answered in the order they came', async () => {
  const { agent, gates, asked } = gated()
  const { chat, manager } = await newChat({ agent })

  const replies = ['1', '2', '3', '4'].map((text) => chat.sendMessage(text))
  for (let turn = 0; turn < 4; turn++) {
    await until(() => gates.length === turn + 1)
    expect((await manager.health()).turns).toEqual({ running: 1, waiting: 3 - turn })
    gates[turn]?.open()
  }

  expect((await Promise.all(replies)).map(({ text }) => text)).toEqual(['re: 1', 're: 2', 're: 3', 're: 4'])
  expect(asked).toEqual(['1', '2', '3', '4'])
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(
    ['1', '2', '3', '4'].flatMap((text) => [text, `re: ${text}`]),
  )
})

test('each turn sees all that the turns before it said, and nothing of those behind', async () => {
  const seen: number[] = []
  const { chat } = await newChat({
    agent: async (turn) => {
      seen.push(turn.messages.length)
      return 'ok'
    },
  })
  await Promise.all(Array.from({ length: 10 }, (_, index) => chat.sendMessage(`${index}`)))
  expect(seen).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
})

test('chats do not wait for each other', async () => {
  const { agent, gates } = gated()
  const { chat, session } = await newChat({ agent })
  const other = await session.createChat()
  const replies = [chat.sendMessage('1'), other.sendMessage('2')]
  await until(() => gates.length === 2)
  for (const gate of gates) gate.open()
  expect(await Promise.all(replies)).toHaveLength(2)
})

test('more than maxQueued waiting sends are refused as queue-full, and the others are answered', async () => {
  const { agent, gates } = gated()
  const { chat } = await newChat({ agent, turns: { maxQueued: 2 } })
  const running = chat.sendMessage('1')
  await until(() => gates.length === 1)
  const queued = [chat.sendMessage('2'), chat.sendMessage('3')]

  const error = await soon(errorOf(chat.sendMessage('4')))

  expect(error).toMatchObject({ code: 'TURN_IN_PROGRESS', details: { reason: 'queue-full' } })
  for (let turn = 0; turn < 3; turn++) {
    await until(() => gates.length === turn + 1)
    gates[turn]?.open()
  }
  expect((await Promise.all([running, ...queued])).map(({ text }) => text)).toEqual(['re: 1', 're: 2', 're: 3'])
  expect(await chat.getMessages()).toHaveLength(6)
})

test('a send that waits longer than queueTimeoutMs is refused as timed-out, and writes nothing', async () => {
  const { agent, gates } = gated()
  const { chat, manager } = await newChat({ agent, turns: { queueTimeoutMs: 20 } })
  const running = chat.sendMessage('1')
  await until(() => gates.length === 1)

  const error = await soon(errorOf(chat.sendMessage('2')))

  expect(error).toMatchObject({ code: 'TURN_IN_PROGRESS', details: { reason: 'timed-out' } })
  gates[0]?.open()
  await running
  expect(await chat.getMessages()).toHaveLength(2)
  expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })
})

test('a send that is aborted while it waits leaves the line, and those behind it keep their order', async () => {
  const { agent, gates, asked } = gated()
  let begins = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'beginTurn') begins++
    return await call()
  })
  const { chat } = await newChat({ store, agent })
  const controller = new AbortController()
  const reason = new Error('gone')
  const first = chat.sendMessage('1')
  const second = failureOf(chat.sendMessage('2', { signal: controller.signal }))
  const third = chat.sendMessage('3')
  await until(() => gates.length === 1)

  controller.abort(reason)

  expect(await soon(second)).toBe(reason)
  const fourth = chat.sendMessage('4')
  for (let turn = 0; turn < 3; turn++) {
    await until(() => gates.length === turn + 1)
    gates[turn]?.open()
  }
  await Promise.all([first, third, fourth])
  expect(asked).toEqual(['1', '3', '4'])
  // The one behind did not take the place of the one that left, to ask the store in vain.
  expect(begins).toBe(3)
})

test('the last one in line may leave it too: the chat is free after the turn that runs', async () => {
  const { agent, gates } = gated()
  const { chat, manager } = await newChat({ agent })
  const controller = new AbortController()
  const first = chat.sendMessage('1')
  const second = failureOf(chat.sendMessage('2', { signal: controller.signal }))
  await until(() => gates.length === 1)
  controller.abort(new Error('gone'))
  await second
  gates[0]?.open()
  await first

  const third = chat.sendMessage('3', { whenBusy: 'reject' })
  await until(() => gates.length === 2)
  gates[1]?.open()
  expect((await third).text).toBe('re: 3')
  expect((await manager.health()).turns).toEqual({ running: 0, waiting: 0 })
})

test('whenBusy reject refuses at once and writes nothing; the turn that runs is not disturbed', async () => {
  const { agent, gates } = gated()
  const { chat } = await newChat({ agent, turns: { whenBusy: 'reject' } })
  const running = chat.sendMessage('1')
  await until(() => gates.length === 1)

  const error = await soon(errorOf(chat.sendMessage('2')))
  gates[0]?.open()

  expect(error).toMatchObject({ code: 'TURN_IN_PROGRESS', details: { reason: 'busy' } })
  expect((await running).text).toBe('re: 1')
  expect(await chat.getMessages()).toHaveLength(2)
})

test('of a hundred sends at once that reject, one is answered', async () => {
  const { agent, gates } = gated()
  const { chat } = await newChat({ agent })
  const sends = Array.from({ length: 100 }, (_, index) => codeOf(chat.sendMessage(`${index}`, { whenBusy: 'reject' })))
  await until(() => gates.length === 1)
  gates[0]?.open()
  const codes = await Promise.all(sends)
  expect(codes.filter((code) => code === null)).toHaveLength(1)
  expect(codes.filter((code) => code === 'TURN_IN_PROGRESS')).toHaveLength(99)
})

test('whenBusy interrupt cuts the running turn short: its half answer is kept, and the new one is answered', async () => {
  const { agent, gates } = gated()
  const { chat } = await newChat({ agent })
  const first = errorOf(chat.sendMessage('1'))
  await until(() => gates.length === 1)

  const second = chat.sendMessage('2', { whenBusy: 'interrupt' })
  expect((await soon(first)).code).toBe('TURN_INTERRUPTED')
  await until(() => gates.length === 2)
  gates[1]?.open()

  expect((await second).text).toBe('re: 2')
  expect((await chat.getMessages()).map(({ content, interrupted }) => [content, interrupted])).toEqual([
    ['1', undefined],
    ['re: 1', true],
    ['2', undefined],
    ['re: 2', undefined],
  ])
})

test('whenBusy interrupt cuts a turn short whose consumer reads no further', async () => {
  const { agent, gates } = gated()
  const { chat } = await newChat({ agent })
  const stalled = chat.streamMessage('1')
  await stalled.next()
  await stalled.next()

  const second = chat.sendMessage('2', { whenBusy: 'interrupt' })
  await until(() => gates.length === 2)
  gates[1]?.open()

  expect((await soon(second)).text).toBe('re: 2')
  expect((await errorOf(stalled.next())).code).toBe('TURN_INTERRUPTED')
})

test('whenBusy interrupt also reaches a turn that has not quite begun, and its message stays', async () => {
  const begun = newGate()
  const store = intercepted(new MemoryStore(), async (method, call) => {
    const answer = await call()
    if (method === 'beginTurn') await begun.opened
    return answer
  })
  const { agent, gates, asked } = gated()
  const { chat } = await newChat({ store, agent })
  const first = errorOf(chat.sendMessage('1'))

  const second = chat.sendMessage('2', { whenBusy: 'interrupt' })
  begun.open()

  expect((await soon(first)).code).toBe('TURN_INTERRUPTED')
  await until(() => gates.length === 1)
  gates[0]?.open()
  await second
  expect(asked).toEqual(['2'])
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['1', '2', 're: 2'])
})

test('an interrupting send waits its turn behind those that came before', async () => {
  const { agent, gates, asked } = gated()
  const { chat } = await newChat({ agent })
  const first = errorOf(chat.sendMessage('1'))
  await until(() => gates.length === 1)
  const second = chat.sendMessage('2')
  const third = chat.sendMessage('3', { whenBusy: 'interrupt' })

  expect((await soon(first)).code).toBe('TURN_INTERRUPTED')
  for (let turn = 1; turn < 3; turn++) {
    await until(() => gates.length === turn + 1)
    gates[turn]?.open()
  }
  expect((await Promise.all([second, third])).map(({ text }) => text)).toEqual(['re: 2', 're: 3'])
  expect(asked).toEqual(['1', '2', '3'])
})

test('an interrupting send that meets no turn is an ordinary one', async () => {
  const { chat } = await newChat({ agent: async () => 'fine' })
  expect((await chat.sendMessage('1', { whenBusy: 'interrupt' })).text).toBe('fine')
})

test('chat.interrupt stops the turn that runs and says whether one did', async () => {
  const { agent, gates } = gated()
  const { chat } = await newChat({ agent })
  expect(await chat.interrupt()).toBe(false)
  const sending = errorOf(chat.sendMessage('1'))
  await until(() => gates.length === 1)

  expect(await chat.interrupt()).toBe(true)

  expect((await soon(sending)).code).toBe('TURN_INTERRUPTED')
  expect((await chat.getMessages())[1]).toMatchObject({ content: 're: 1', interrupted: true })
  expect(await chat.interrupt()).toBe(false)
})

test('archiving, closing and deleting a session stop its turns; pausing lets them finish', async () => {
  const outcomes: (readonly [string, SessErrorCode | null])[] = []
  for (const action of ['pause', 'archive', 'close', 'delete'] as const) {
    const { agent, gates } = gated()
    const { chat, session } = await newChat({ agent })
    const sending = codeOf(chat.sendMessage('1'))
    await until(() => gates.length === 1)
    await session[action]()
    if (action === 'pause') gates[0]?.open()
    outcomes.push([action, await soon(sending)])
  }
  expect(outcomes).toEqual([
    ['pause', null],
    ['archive', 'TURN_INTERRUPTED'],
    ['close', 'TURN_INTERRUPTED'],
    ['delete', 'TURN_INTERRUPTED'],
  ])
})

test('what waits in line when a session is paused is refused when its turn comes, not lost or stuck', async () => {
  const { agent, gates } = gated()
  const { chat, session } = await newChat({ agent })
  const first = chat.sendMessage('1')
  await until(() => gates.length === 1)
  const second = codeOf(chat.sendMessage('2'))
  await session.pause()
  gates[0]?.open()
  await first
  expect(await soon(second)).toBe('SESSION_PAUSED')
})

test('a wrong whenBusy is refused', async () => {
  const { chat } = await newChat({ agent: async () => 'fine' })
  expect(await codeOf(chat.sendMessage('1', { whenBusy: 'skip' as 'queue' }))).toBe('INVALID_ARGUMENT')
})
