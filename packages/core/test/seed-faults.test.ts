import { type JsonValue, SessError, type Session, type SessionManager, type SessionResource } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, errorOf, intercepted } from './failures.ts'
import { ada, newChat, newManager } from './managers.ts'
import { newGate, soon, until } from './waiting.ts'

/*
 * Faults of the systems that this one learned from, measured there: each test is one that they failed. Only the faults
 * that a session manager can have; those of stores, prompts, workspaces and MCP clients are tested where those live.
 */

/** Milliseconds of the quickest of several runs: what is left when the machine is busy with something else. */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 7; round++) {
    const startedAt = performance.now()
    for (let count = 0; count < 50; count++) await run()
    best = Math.min(best, performance.now() - startedAt)
  }
  return best
}

async function crowd(manager: SessionManager, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++)
    await manager.for({ orgId: 'acme', userId: `user-${index % 5_000}` }).createSession()
}

const idle: SessionResource = {
  name: 'idle',
  provision: async () => {},
  release: async () => {},
  destroy: async () => {},
}

test('a limit that is checked before it is taken lets 38 of 10 pass; here it is 10', async () => {
  const manager = newManager({ limits: { sessions: 10 }, resources: [idle] })
  const creates = Array.from({ length: 200 }, (_, index) =>
    codeOf(manager.for({ orgId: 'acme', userId: `user-${index}` }).createSession()),
  )
  expect((await Promise.all(creates)).filter((code) => code === null)).toHaveLength(10)
})

test("creating, counting and listing one user's sessions cost the same among 10,000 of others as among 100", async () => {
  const manager = newManager({ limits: { sessions: 100_000, sessionsPerUser: 100_000 } })
  const user = manager.for(ada)
  await user.createSession()
  const work = async (): Promise<void> => {
    const session = await user.createSession()
    await user.listSessions({}, { limit: 1 })
    await user.countSessions()
    await session.delete()
  }
  await crowd(manager, 0, 100)
  const few = await quickest(work)
  await crowd(manager, 100, 10_000)
  const many = await quickest(work)
  // The originals took fifty times as long, and more.
  expect(many / few).toBeLessThan(6)
})

test('a composer that fails while there is no logger is no crash', async () => {
  const promptComposer = { compose: async () => Promise.reject(new Error('gone')) }
  const manager = newManager({ promptComposer, promptFailure: 'empty' })
  expect((await manager.for(ada).createSession()).systemPrompt).toBe('')
})

test('a clean-up whose first step fails goes on with the others, and is repeated, and blocks nobody', async () => {
  const clock = { now: 1_000_000 }
  const destroyed: string[] = []
  let failing = true
  const clients: SessionResource = {
    ...idle,
    destroy: async () => {
      if (failing) throw new Error('not connected')
    },
  }
  const folder: SessionResource = { ...idle, destroy: async ({ id }) => void destroyed.push(id) }
  const store = new MemoryStore({ clock: () => clock.now })
  const manager = newManager({ store, resources: [folder, clients], expiry: { idleMs: 1_000 } })
  const session = await manager.for(ada).createSession()
  clock.now += 1_000
  expect(await manager.sweep()).toEqual({ expired: 0, failed: 1 })
  expect(destroyed).toEqual([session.id])
  expect(await codeOf(soon(session.refresh()))).toBe('SESSION_EXPIRED')
  failing = false
  clock.now += 60_000
  expect(await manager.sweep()).toEqual({ expired: 1, failed: 0 })
})

test('the documented code of an error is what a caller gets, however it was wrapped', async () => {
  const full: SessionResource = {
    ...idle,
    provision: async () => {
      throw new SessError('WORKSPACE_FAILED', 'no space', { action: 'provision' }, { cause: new Error('ENOSPC') })
    },
  }
  const error = await errorOf(
    newManager({ resources: [full] })
      .for(ada)
      .createSession(),
  )
  expect(error.code).toBe('WORKSPACE_FAILED')
})

test('something slow in one session blocks no other call: reads, lists, sweeps and other sessions go on', async () => {
  const gate = newGate()
  let connecting = false
  const slow: SessionResource = {
    ...idle,
    provision: async ({ name }) => {
      if (name !== 'slow') return
      connecting = true
      await gate.opened
    },
  }
  const manager = newManager({ resources: [slow], agent: () => gate.opened.then(() => 'late') })
  const user = manager.for(ada)
  const session = await user.createSession()
  const creating = user.createSession({ name: 'slow' })
  await until(() => connecting)
  const sending = session.sendMessage('Hi')
  await until(async () => (await session.getMessages()).length === 1)

  const others: readonly (() => Promise<unknown>)[] = [
    () => user.getSession(session.id),
    () => user.listSessions(),
    () => session.getMessages(),
    () => session.update({ name: 'x' }),
    () => session.context.set('a', 1),
    () => session.addMessage('aside'),
    () => manager.sweep(),
    () => manager.cleanupInactive(1_000_000),
    () => user.createSession(),
  ]
  for (const other of others) await soon(other(), 500)
  gate.open()
  await Promise.all([creating, sending])
})

test('a handle that outlived its session takes nothing in any more', async () => {
  const provisioned: string[] = []
  const manager = newManager({
    resources: [{ ...idle, provision: async ({ id }) => void provisioned.push(id) }],
    agent: async () => 'ok',
  })
  const closed = await manager.for(ada).createSession()
  const deleted = await manager.for(ada).createSession()
  const chat = await deleted.createChat()
  await closed.close()
  await deleted.delete()
  for (const [session, code] of [
    [closed, 'SESSION_CLOSED'],
    [deleted, 'SESSION_NOT_FOUND'],
  ] as const) {
    expect(await codeOf(session.createChat())).toBe(code)
    expect(await codeOf(session.sendMessage('Hi'))).toBe(code)
    expect(await codeOf(session.context.set('a', 1))).toBe(code)
  }
  expect(await codeOf(chat.addMessage('Hi'))).toBe('SESSION_NOT_FOUND')
  expect(provisioned).toHaveLength(2)
})

test('what fails to disconnect can be removed all the same', async () => {
  const broken: SessionResource = {
    ...idle,
    release: async () => {
      throw new Error('not connected')
    },
  }
  const manager = newManager({ resources: [broken] })
  const session = await manager.for(ada).createSession()
  expect(await session.delete()).toBe(true)
  expect(await manager.for(ada).countSessions()).toBe(0)
})

test('a session that becomes active while the idle ones are being removed stays', async () => {
  const clock = { now: 1_000_000 }
  const inner = new MemoryStore({ clock: () => clock.now })
  let saved: Session | undefined
  const store = intercepted(inner, async (method, call) => {
    if (method === 'expireIdle') await saved?.touch()
    return await call()
  })
  const manager = newManager({ store })
  saved = await manager.for(ada).createSession()
  const idleOne = await manager.for(ada).createSession()
  clock.now += 10_000
  expect(await manager.cleanupInactive(10_000)).toEqual([idleOne.id])
  expect(await codeOf(saved.refresh())).toBe(null)
})

test('cleaning up needs nobody to call it', async () => {
  const clock = { now: 1_000_000 }
  const store = new MemoryStore({ clock: () => clock.now })
  const manager = newManager({ store, cleanup: { intervalMs: 5 }, expiry: { idleMs: 1_000 } })
  const session = await manager.for(ada).createSession()
  clock.now += 1_000
  await until(async () => (await codeOf(session.refresh())) === 'SESSION_NOT_FOUND')
})

test('the timer of the clean-up keeps no process alive', () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  newManager({ cleanup: { intervalMs: 10_000 } })
  expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before)
})

test('closing twice, and closing while closing, is closing once', async () => {
  const manager = newManager({ cleanup: { intervalMs: 5 } })
  await Promise.all([manager.close(), manager.close()])
  await manager.close()
  expect(await codeOf(manager.for(ada).createSession())).toBe('CLOSED')
})

test('a paused session takes no message, and one that is archived can come back', async () => {
  const { session, chat } = await newChat({ agent: async () => 'ok' })
  await session.pause()
  expect(await codeOf(chat.sendMessage('Hi'))).toBe('SESSION_PAUSED')
  expect(await codeOf(session.createChat())).toBe('SESSION_PAUSED')
  await session.archive()
  await session.restore()
  await session.resume()
  expect((await chat.sendMessage('Hi')).text).toBe('ok')
})

test('an archived session takes no place under the limit', async () => {
  const user = newManager({ limits: { sessionsPerUser: 1 } }).for(ada)
  await (await user.createSession()).archive()
  expect(await codeOf(user.createSession())).toBe(null)
})

test('a limit of chats is kept although the check is not where the chat is made', async () => {
  const session = await newManager()
    .for(ada)
    .createSession({ limits: { chatsPerSession: 3 } })
  const codes = await Promise.all(Array.from({ length: 30 }, () => codeOf(session.createChat())))
  expect(codes.filter((code) => code === null)).toHaveLength(3)
})

test('system messages in a full chat neither lift the limit nor push out every word of the user', async () => {
  for (const systems of [3, 5]) {
    const { chat } = await newChat({ limits: { messagesPerChat: 3 } })
    for (let count = 0; count < systems; count++) await chat.addMessage({ role: 'system', content: `rule ${count}` })
    for (let count = 1; count <= 10; count++) await chat.addMessage(`${count}`)
    expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['8', '9', '10'])
  }
})

test('trimming never leaves a tool result without its call, nor a call without its result', async () => {
  const { chat } = await newChat({ limits: { messagesPerChat: 3 } })
  for (let count = 0; count < 20; count++) {
    const callId = `c${count}`
    await chat.addMessages([
      `question ${count}`,
      { role: 'assistant', content: [{ type: 'tool-call', callId, name: 'look', input: {} }] },
    ])
    await chat.addMessages([
      { role: 'tool', content: [{ type: 'tool-result', callId, output: 1 }] },
      { role: 'assistant', content: 'answer' },
    ])
    const open = new Set<string>()
    for (const { content } of await chat.getMessages()) {
      if (typeof content === 'string') continue
      for (const part of content) {
        if (part.type === 'tool-call') open.add(part.callId)
        if (part.type === 'tool-result') expect(open.delete(part.callId)).toBe(true)
      }
    }
    expect(open.size).toBe(0)
  }
})

test('asking again for an answer does not double the question', async () => {
  let count = 0
  const { chat } = await newChat({ agent: async () => `answer ${++count}` })
  const question = { id: 'q', role: 'user', content: 'Hi' } as const
  await chat.sendMessage(question)
  await chat.rewind(1)
  await chat.sendMessage(question)
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['Hi', 'answer 2'])
})

test('figures count messages and time, not requests and zeros', async () => {
  const { chat } = await newChat({
    agent: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return 'ok'
    },
  })
  await chat.sendMessage('Hi')
  const stats = await chat.stats()
  expect(stats).toMatchObject({ messageCount: 2, turnCount: 1, lastMessage: { content: 'ok' } })
  expect(stats.averageResponseMs).toBeGreaterThanOrEqual(4)
})

test('reading one session from many places at once is safe', async () => {
  const user = newManager().for(ada)
  const { id } = await user.createSession()
  const reads = await Promise.all(Array.from({ length: 500 }, () => user.getSession(id)))
  expect(new Set(reads.map(({ record }) => record.version)).size).toBe(1)
})

test('of 2 × 200 messages added at once through two handles all are there, and no stale change drops any', async () => {
  const user = newManager().for(ada)
  const session = await user.createSession()
  const chat = await session.createChat()
  const stale = await user.getSession(session.id)
  const handles = [chat, await stale.getChat(chat.id)]
  await Promise.all(
    Array.from({ length: 400 }, async (_, index) => {
      await handles[index % 2]?.addMessage(`${index}`)
      if (index % 10 === 0) await stale.update({ metadata: { index } })
    }),
  )
  const contents = (await chat.getMessages({ limit: 1_000 })).map(({ content }) => Number(content))
  expect(contents.sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, index) => index))
})

test('a message costs the same when there are 10,000 before it', async () => {
  const { chat } = await newChat()
  const work = async (): Promise<void> => {
    await chat.addMessage('x'.repeat(200))
    await chat.getMessages({ limit: 10 })
  }
  await work()
  const early = await quickest(work)
  for (let count = 0; count < 50; count++) await chat.addMessages(Array.from({ length: 200 }, () => 'x'.repeat(200)))
  // The originals took more than twenty times as long at a tenth of that.
  expect((await quickest(work)) / early).toBeLessThan(5)
})

test('the limit of messages that a session was created with is kept', async () => {
  const session = await newManager()
    .for(ada)
    .createSession({ limits: { messagesPerChat: 2 } })
  for (let count = 0; count < 5; count++) await session.addMessage(`${count}`)
  expect(await session.getMessages()).toHaveLength(2)
})

test('the expiry that was configured is what sessions get, and a negative one is refused', async () => {
  const manager = newManager({ expiry: { idleMs: 60_000 } })
  const { record } = await manager.for(ada).createSession()
  expect((record.expiresAt ?? 0) - record.createdAt).toBe(60_000)
  expect(await codeOf(manager.for(ada).createSession({ expiry: { idleMs: -1 } }))).toBe('INVALID_ARGUMENT')
  expect(() => newManager({ expiry: { idleMs: -1 } })).toThrow('idleMs')
})

test('a value that JSON cannot keep is refused, and costs the session nothing', async () => {
  const { session, chat } = await newChat()
  await chat.addMessage('Hi')
  await session.context.set('ratio', 0.1)
  const values = [undefined, () => 1, Symbol('x'), 1n, Number.NaN, new Date(), new Map(), { a: [() => 1] }]
  for (const value of values)
    expect(await codeOf(session.context.set('bad', value as JsonValue))).toBe('INVALID_ARGUMENT')
  expect(await session.context.entries()).toEqual([['ratio', 0.1]])
  expect(await chat.getMessages()).toHaveLength(1)
})

test('a change at the limit pushes out nobody', async () => {
  const store = new MemoryStore({ maxSessions: 3 })
  const user = newManager({ store }).for(ada)
  const sessions: Session[] = []
  for (let count = 0; count < 3; count++) sessions.push(await user.createSession())
  for (const session of sessions) {
    await session.update({ name: 'x' })
    await session.addMessage('Hi')
    await session.context.set('a', 1)
  }
  expect(await codeOf(user.createSession())).toBe('SESSION_LIMIT_REACHED')
  for (const session of sessions) expect(await codeOf(session.refresh())).toBe(null)
})

test('a change does not bring a deleted session back', async () => {
  const user = newManager().for(ada)
  const session = await user.createSession()
  const chat = await session.createChat()
  const results = await Promise.all([
    session.delete(),
    ...Array.from({ length: 20 }, () => codeOf(session.update({ name: 'x' }))),
    ...Array.from({ length: 20 }, () => codeOf(chat.addMessage('Hi'))),
  ])
  expect(results[0]).toBe(true)
  expect(await user.hasSession(session.id)).toBe(false)
  expect(await user.countSessions()).toBe(0)
})

test('a negative offset is an error and no crash; one past the end is an empty page', async () => {
  const { chat } = await newChat()
  await chat.addMessage('Hi')
  expect(await codeOf(chat.getMessages({ offset: -1 }))).toBe('INVALID_ARGUMENT')
  expect(await chat.getMessages({ offset: 5 })).toEqual([])
})

test('deleting what is not there is false, not an error and not a success', async () => {
  const user = newManager().for(ada)
  const session = await user.createSession()
  expect(await user.deleteSession(session.id)).toBe(true)
  expect(await user.deleteSession(session.id)).toBe(false)
  expect(await user.deleteSession('no id at all')).toBe(false)
})
