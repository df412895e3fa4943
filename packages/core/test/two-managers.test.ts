import { type Agent, type Session, SessionManager, type SessionResource, type Store } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, errorOf, intercepted, unavailable } from './failures.ts'
import { ada, newManager, twoManagers } from './managers.ts'
import { never, newGate, soon, until } from './waiting.ts'

/** Quick enough to wait for, with room for a busy machine. */
const turns = { leaseMs: 200, renewMs: 20 } as const

/** The same session, as each manager sees it. */
async function shared(a: SessionManager, b: SessionManager): Promise<readonly [Session, Session]> {
  const session = await a.for(ada).createSession()
  return [session, await b.for(ada).getSession(session.id)]
}

/** Says a word, then works until it is stopped. */
const endless: Agent = async function* () {
  yield 'half'
  await never
}

/** A store that may stop to answer, as one does whose process has died or lost its network. */
function mortal(store: Store): { readonly store: Store; die(): void } {
  let dead = false
  return {
    store: intercepted(store, async (_, call) => {
      if (dead) await never
      return await call()
    }),
    die: () => {
      dead = true
    },
  }
}

test('at most one turn at a time runs in a chat, whichever manager it is sent to', async () => {
  let running = 0
  let most = 0
  const agent: Agent = async (turn) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return `re: ${turn.message.content as string}`
  }
  const managers = twoManagers({ agent, turns })
  const sessions = await shared(...managers)
  const chat = await sessions[0].createChat()
  const chats = [chat, await sessions[1].getChat(chat.id)]

  const replies = await Promise.all(Array.from({ length: 12 }, (_, index) => chats[index % 2]?.sendMessage(`${index}`)))

  expect(most).toBe(1)
  expect(replies.map((reply) => reply?.text)).toEqual(Array.from({ length: 12 }, (_, index) => `re: ${index}`))
  const messages = await chat.getMessages()
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1))
  for (let index = 0; index < 24; index += 2)
    expect(messages[index + 1]?.content).toBe(`re: ${messages[index]?.content as string}`)
})

test('a busy chat is TURN_IN_PROGRESS for the other manager if it rejects', async () => {
  const [a, b] = twoManagers({ agent: endless, turns })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const first = codeOf(chat.sendMessage('1'))
  await until(async () => (await chat.getMessages()).length === 1)

  const error = await soon(errorOf(theirs.sendMessage('2', { whenBusy: 'reject' })))

  expect(error).toMatchObject({ code: 'TURN_IN_PROGRESS', details: { reason: 'busy' } })
  await chat.interrupt()
  await first
  expect(await chat.getMessages()).toHaveLength(2)
})

test('a send that waits for the other manager too long is timed-out, and one that is aborted leaves', async () => {
  const inner = new MemoryStore()
  let refusals = 0
  const store = intercepted(inner, async (method, call) => {
    try {
      return await call()
    } catch (error) {
      if (method === 'beginTurn') refusals++
      throw error
    }
  })
  const a = newManager({ store: inner, closeStore: false, agent: endless, turns })
  const b = newManager({ store, closeStore: false, agent: endless, turns: { ...turns, queueTimeoutMs: 50 } })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const first = codeOf(chat.sendMessage('1'))
  await until(async () => (await chat.getMessages()).length === 1)

  expect(await soon(errorOf(theirs.sendMessage('2')))).toMatchObject({ details: { reason: 'timed-out' } })
  const before = refusals
  const controller = new AbortController()
  const aborted = theirs.sendMessage('3', { signal: controller.signal }).catch((error: unknown) => error)
  await until(() => refusals > before)
  controller.abort('gone')

  expect(await soon(aborted)).toBe('gone')
  await chat.interrupt()
  await first
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['1', 'half'])
})

test('an interrupting send reaches the turn of another manager, whose half answer is kept', async () => {
  const [a, b] = twoManagers({ agent: endless, turns }, { agent: async () => 'fine' })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const first = errorOf(chat.sendMessage('1'))
  await until(async () => (await chat.getMessages()).length === 1)

  const reply = await soon(theirs.sendMessage('2', { whenBusy: 'interrupt' }))

  expect(reply.text).toBe('fine')
  expect((await first).code).toBe('TURN_INTERRUPTED')
  expect((await chat.getMessages()).map(({ content, interrupted }) => [content, interrupted])).toEqual([
    ['1', undefined],
    ['half', true],
    ['2', undefined],
    ['fine', undefined],
  ])
})

test('chat.interrupt of another manager stops the turn by its next renewal', async () => {
  const [a, b] = twoManagers({ agent: endless, turns })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const sending = errorOf(chat.sendMessage('1'))
  await until(async () => (await chat.getMessages()).length === 1)

  expect(await (await theirs.getChat(chat.id)).interrupt()).toBe(true)

  expect((await soon(sending)).code).toBe('TURN_INTERRUPTED')
})

test('an agent that works longer than the lease keeps its turn: the lease is renewed', async () => {
  const gate = newGate()
  const renewals: unknown[] = []
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'renewTurn') renewals.push(method)
    return await call()
  })
  const slow: Agent = async () => {
    await gate.opened
    return 'slow'
  }
  const quick = { leaseMs: 40, renewMs: 5 }
  const [a, b] = twoManagers({ store, agent: slow, turns: quick })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const startedAt = performance.now()
  const sending = chat.sendMessage('1')

  await until(() => renewals.length > 3 && performance.now() - startedAt > 80)
  expect(await codeOf(theirs.sendMessage('2', { whenBusy: 'reject' }))).toBe('TURN_IN_PROGRESS')
  gate.open()

  expect((await sending).text).toBe('slow')
})

test('a holder that hears nothing is taken over: TURN_LOST there, and it writes nothing more', async () => {
  const inner = new MemoryStore()
  const deaf = intercepted(inner, async (method, call) => {
    if (method === 'renewTurn') throw unavailable('not-written')
    return await call()
  })
  const gate = newGate()
  const agent: Agent = async function* () {
    yield 'half'
    await gate.opened
    yield ' of it'
  }
  const long = { leaseMs: 60_000, renewMs: 20 }
  const a = newManager({ store: deaf, closeStore: false, agent, turns: long })
  const b = newManager({ store: inner, closeStore: false, agent: async () => 'fine', turns: long })
  const ended: string[] = []
  a.on('turn-ended', ({ outcome }) => ended.push(outcome))
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const first = errorOf(chat.sendMessage('1'))
  await until(async () => (await chat.getMessages()).length === 1)

  const reply = await soon(theirs.sendMessage('2', { whenBusy: 'interrupt' }))
  gate.open()

  expect(reply.text).toBe('fine')
  expect((await soon(first)).code).toBe('TURN_LOST')
  expect(ended).toEqual(['lost'])
  expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['1', '2', 'fine'])
})

test('an interrupting send reaches the turn of another process for those who wait in its line, and gives it time', async () => {
  const inner = new MemoryStore()
  const slow = { leaseMs: 60_000, renewMs: 60 }
  const gate = newGate()
  let a1: Promise<unknown> = never
  let seized = false
  // The other process gets the chat the moment that the first turn of this one ends.
  const store = intercepted(inner, async (method, call) => {
    const answer = await call()
    if (method !== 'endTurn' || seized) return answer
    seized = true
    a1 = errorOf(chat.sendMessage('a1'))
    await until(async () => (await chat.getMessages()).some(({ content }) => content === 'a1'))
    return answer
  })
  const a = newManager({ store: inner, closeStore: false, agent: endless, turns: slow })
  const b = newManager({
    store,
    closeStore: false,
    agent: async (turn) => {
      if (turn.message.content === 'b1') await gate.opened
      return 'fine'
    },
    turns: slow,
  })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const local = await theirs.getChat(chat.id)
  const b1 = local.sendMessage('b1')
  await until(async () => (await b.health()).turns.running === 1)
  const b2 = codeOf(local.sendMessage('b2'))
  const waitedSince = performance.now()
  await until(() => performance.now() - waitedSince > 2 * slow.renewMs)
  gate.open()
  await b1

  // b2 asks the store for the chat that a1 holds, and b3 stands behind it.
  const b3 = local.sendMessage('b3', { whenBusy: 'interrupt' })

  expect((await soon(b3)).text).toBe('fine')
  expect(await b2).toBe('TURN_INTERRUPTED')
  // Not TURN_LOST: what it said was to be kept, however long b2 had waited before.
  expect(await soon(a1)).toMatchObject({ code: 'TURN_INTERRUPTED' })
  expect((await chat.getMessages()).find(({ interrupted }) => interrupted === true)?.content).toBe('half')
})

test('the chat of a process that died is free after its lease, and what it stored stays', async () => {
  const inner = new MemoryStore()
  let heldAt = 0
  const noted = intercepted(inner, async (method, call) => {
    if (method === 'beginTurn' || method === 'renewTurn') heldAt = performance.now()
    return await call()
  })
  const { store, die } = mortal(noted)
  const quick = { leaseMs: 60, renewMs: 20 }
  const agent: Agent = async function* () {
    yield { type: 'message', message: { role: 'assistant', content: 'a whole message' } }
    await never
  }
  // Never closed: the dead don't close.
  const a = new SessionManager({ store, cleanup: false, agent, turns: quick })
  const b = newManager({ store: inner, agent: async () => 'fine', turns: quick })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  void chat.sendMessage('1')
  await until(async () => (await inner.stats({})).messages === 2)
  die()

  const reply = await soon(theirs.sendMessage('2'))

  expect(reply.text).toBe('fine')
  // Whole milliseconds are counted.
  expect(performance.now() - heldAt).toBeGreaterThan(quick.leaseMs - 2)
  expect((await theirs.getMessages()).map(({ content }) => content)).toEqual(['1', 'a whole message', '2', 'fine'])
})

test('a process that comes back after it was taken over cannot write into the new turn', async () => {
  const inner = new MemoryStore()
  const gate = newGate()
  let held = false
  const store = intercepted(inner, async (method, call) => {
    if (held && method !== 'getChat') await gate.opened
    return await call()
  })
  const quick = { leaseMs: 40, renewMs: 20 }
  const agent: Agent = async function* () {
    yield 'stale'
    held = true
  }
  const a = newManager({ store, closeStore: false, agent, turns: quick })
  const b = newManager({ store: inner, closeStore: false, agent: async () => 'fine', turns: quick })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const first = errorOf(chat.sendMessage('1'))
  await until(() => held)

  await soon(theirs.sendMessage('2'))
  gate.open()

  expect((await soon(first)).code).toBe('TURN_LOST')
  expect((await theirs.getMessages()).map(({ content }) => content)).toEqual(['1', '2', 'fine'])
})

for (const action of ['archive', 'close', 'delete', 'pause'] as const) {
  test(`a session that the other manager ${action}s while a turn runs: the turn ends as it should`, async () => {
    const gate = newGate()
    const agent: Agent = async function* () {
      yield 'half'
      await gate.opened
    }
    const [a, b] = twoManagers({ agent, turns })
    const [mine, theirs] = await shared(a, b)
    const chat = await mine.createChat()
    const sending = codeOf(chat.sendMessage('1'))
    await until(async () => (await chat.getMessages()).length === 1)

    await theirs[action]()
    if (action === 'pause') gate.open()

    const expected = {
      archive: 'TURN_INTERRUPTED',
      close: 'TURN_INTERRUPTED',
      pause: null,
      delete: 'SESSION_NOT_FOUND',
    }
    expect(await soon(sending)).toBe(expected[action])
    if (action === 'delete') expect(await codeOf(chat.refresh())).toBe('CHAT_NOT_FOUND')
    else expect((await chat.getMessages()).map(({ content }) => content)).toEqual(['1', 'half'])
  })
}

test('a chat that the other manager deletes while a turn runs ends the turn', async () => {
  const [a, b] = twoManagers({ agent: endless, turns })
  const [mine, theirs] = await shared(a, b)
  const chat = await mine.createChat()
  const sending = errorOf(chat.sendMessage('1'))
  await until(async () => (await chat.getMessages()).length === 1)
  expect(await theirs.deleteChat(chat.id)).toBe(true)
  expect((await soon(sending)).code).toBe('CHAT_NOT_FOUND')
})

test('openSession by key from both at once makes one session, also with resources and context', async () => {
  const provisioned: string[] = []
  const resource: SessionResource = {
    name: 'folder',
    provision: async (session) => void provisioned.push(session.id),
    release: async () => {},
    destroy: async () => {},
  }
  for (const resources of [[], [resource]]) {
    const managers = twoManagers({ resources })
    const sessions = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        managers[index % 2]?.for(ada).openSession('ticket-1', { context: { a: 1 } }),
      ),
    )
    expect(new Set(sessions.map((session) => session?.id)).size).toBe(1)
    expect(await managers[0].for(ada).countSessions()).toBe(1)
    expect(await sessions[19]?.context.get('a')).toBe(1)
  }
  expect(provisioned).toHaveLength(1)
})

test('openSession waits for the one who makes the session, and makes it itself if that fails', async () => {
  const gate = newGate()
  let fail = true
  const resource: SessionResource = {
    name: 'folder',
    provision: async () => {
      if (!fail) return
      fail = false
      await gate.opened
      throw new Error('disk full')
    },
    release: async () => {},
    destroy: async () => {},
  }
  const [a, b] = twoManagers({ resources: [resource] })
  const first = codeOf(a.for(ada).openSession('ticket-1'))
  await until(() => !fail)
  let opened = false
  const second = b
    .for(ada)
    .openSession('ticket-1')
    .finally(() => {
      opened = true
    })
  const waitingSince = performance.now()
  await until(() => performance.now() - waitingSince > 40)
  expect(opened).toBe(false)
  gate.open()

  expect(await soon(first)).toBe('RESOURCE_FAILED')
  const session = await soon(second)
  expect(session.record.status).toBe('active')
  expect(await a.for(ada).countSessions()).toBe(1)
})

test('openChat by key and the default chat are made once, whoever asks', async () => {
  const managers = twoManagers()
  const sessions = await shared(...managers)
  const chats = await Promise.all(Array.from({ length: 20 }, (_, index) => sessions[index % 2]?.openChat('general')))
  await Promise.all(Array.from({ length: 20 }, (_, index) => sessions[index % 2]?.addMessage(`${index}`)))
  expect(new Set(chats.map((chat) => chat?.id)).size).toBe(1)
  expect((await sessions[0].listChats()).items).toHaveLength(1)
  expect(await sessions[1].getMessages()).toHaveLength(20)

  const [mine, theirs] = await shared(...managers)
  await Promise.all([mine.addMessage('1'), theirs.addMessage('2')])
  expect((await mine.listChats()).items).toHaveLength(1)
})

test('limits hold across managers', async () => {
  const managers = twoManagers({ limits: { sessionsPerUser: 10 } })
  const codes = await Promise.all(
    Array.from({ length: 200 }, (_, index) => codeOf(managers[index % 2]?.for(ada).createSession() ?? never)),
  )
  expect(codes.filter((code) => code === null)).toHaveLength(10)
  expect(codes.filter((code) => code === 'SESSION_LIMIT_REACHED')).toHaveLength(190)
})

test('two that sweep at once clean up each session once, and tell of it once', async () => {
  let now = 1_000_000
  const destroyed: string[] = []
  const resource: SessionResource = {
    name: 'folder',
    provision: async () => {},
    release: async () => {},
    destroy: async (session) => {
      await new Promise((resolve) => setImmediate(resolve))
      destroyed.push(session.id)
    },
  }
  const managers = twoManagers({ store: new MemoryStore({ clock: () => now }), resources: [resource], cleanup: false })
  const told: string[] = []
  for (const manager of managers) manager.on('session-expired', ({ session }) => told.push(session.id))
  const sessions = await Promise.all(
    Array.from({ length: 250 }, () => managers[0].for(ada).createSession({ expiry: { idleMs: 1_000 } })),
  )
  now += 1_000

  const results = await Promise.all([managers[0].sweep(), managers[1].sweep()])

  const ids = sessions.map(({ id }) => id).sort()
  expect(results[0].expired + results[1].expired).toBe(250)
  expect(results.every(({ expired }) => expired > 0)).toBe(true)
  expect(destroyed.sort()).toEqual(ids)
  expect(told.sort()).toEqual(ids)
})

test('a sweeper that dies half-way is repeated by another after its lease', async () => {
  let now = 1_000_000
  const inner = new MemoryStore({ clock: () => now })
  const { store, die } = mortal(inner)
  const gate = newGate()
  let begun = false
  const hanging: SessionResource = {
    name: 'folder',
    provision: async () => {},
    release: async () => {},
    destroy: async () => {
      begun = true
      die()
      await gate.opened
    },
  }
  const destroyed: string[] = []
  const working: SessionResource = { ...hanging, destroy: async (session) => void destroyed.push(session.id) }
  const a = new SessionManager({ store, cleanup: false, resources: [hanging] })
  const b = newManager({ store: inner, resources: [working] })
  const session = await a.for(ada).createSession({ expiry: { idleMs: 1_000 } })
  now += 1_000
  void a.sweep()
  await until(() => begun)

  expect(await b.sweep()).toMatchObject({ expired: 0, failed: 0 })
  now += 60_000
  expect(await b.sweep()).toMatchObject({ expired: 1, failed: 0 })
  expect(destroyed).toEqual([session.id])
})
