import { SessError, SessionManager, type SessionManagerOptions, type SessionResource } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, errorOf, failureOf, intercepted, unavailable } from './failures.ts'
import { ada, newManager } from './managers.ts'
import { never, newGate, soon, until } from './waiting.ts'

/** Resources that note what is done to them, and fail or wait where they are told to. */
function world(names: readonly string[] = ['a', 'b', 'c']): {
  readonly resources: readonly SessionResource[]
  /** What was done, in order, as `provision a`. */
  readonly done: string[]
  /** What exists: made and not destroyed. */
  readonly existing: Set<string>
  /** What to do in place of the noted thing. */
  readonly instead: Map<string, (signal: AbortSignal | undefined) => Promise<void>>
} {
  const done: string[] = []
  const existing = new Set<string>()
  const instead = new Map<string, (signal: AbortSignal | undefined) => Promise<void>>()
  const act = async (what: string, then: () => void, signal?: AbortSignal): Promise<void> => {
    done.push(what)
    await instead.get(what)?.(signal)
    then()
  }
  const resources = names.map((name) => ({
    name,
    provision: (_: unknown, options?: { readonly signal?: AbortSignal | undefined }) =>
      act(`provision ${name}`, () => existing.add(name), options?.signal),
    release: () => act(`release ${name}`, () => {}),
    destroy: () => act(`destroy ${name}`, () => existing.delete(name)),
  }))
  return { resources, done, existing, instead }
}

const failing = async (): Promise<void> => {
  throw new Error('disk full')
}

function manager(resources: readonly SessionResource[], options: Partial<SessionManagerOptions> = {}): SessionManager {
  return newManager({ resources, limits: { sessionsPerUser: 1 }, ...options })
}

test('resources are made in the order given, before the session can be seen', async () => {
  const { resources, done, instead } = world()
  const sessions = manager(resources)
  const seen: unknown[] = []
  instead.set('provision b', async () => {
    seen.push(await sessions.countSessions(), (await sessions.listSessions()).items.length)
  })
  const told: string[] = []
  sessions.on('session-created', () => told.push(`${done.length} made`))

  const session = await sessions.for(ada).createSession()

  expect(done).toEqual(['provision a', 'provision b', 'provision c'])
  expect(seen).toEqual([0, 0])
  expect(told).toEqual(['3 made'])
  expect(session.record.status).toBe('active')
})

for (const [index, name] of ['a', 'b', 'c'].entries()) {
  test(`when ${name} cannot be made, what there is of all is undone, the last first, and nothing is left`, async () => {
    const { resources, done, existing, instead } = world()
    instead.set(`provision ${name}`, failing)
    const sessions = manager(resources)
    const told: unknown[] = []
    sessions.on('resource-failed', ({ resource, action }) => told.push([resource, action]))
    sessions.on('session-created', () => told.push('created'))

    const error = await errorOf(sessions.for(ada).createSession({ key: 'ticket-1', context: { a: 1 } }))

    expect(error).toMatchObject({ code: 'RESOURCE_FAILED', details: { resource: name } })
    expect(error.cause).toMatchObject({ message: 'disk full' })
    expect(done.slice(0, index + 1)).toEqual(['a', 'b', 'c'].slice(0, index + 1).map((made) => `provision ${made}`))
    const undone = done.slice(index + 1).filter((what) => what.startsWith('destroy'))
    expect(undone).toEqual(['destroy c', 'destroy b', 'destroy a'])
    expect(existing.size).toBe(0)
    expect(told).toEqual([[name, 'provision']])
    // No record, no key and no place under the limit.
    expect(await sessions.countSessions()).toBe(0)
    instead.clear()
    expect(await codeOf(sessions.for(ada).createSession({ key: 'ticket-1' }))).toBe(null)
  })
}

test("a resource's own error of sess is not wrapped", async () => {
  const { resources, instead } = world()
  const own = new SessError('WORKSPACE_FAILED', 'the root is no folder', { action: 'provision' })
  instead.set('provision b', async () => Promise.reject(own))
  expect(await failureOf(manager(resources).for(ada).createSession())).toBe(own)
})

for (const method of ['setContext', 'updateSession'] as const) {
  for (const landed of [false, true]) {
    test(`when ${method} fails after all was made${landed ? ', though it landed' : ''}, all is undone`, async () => {
      const { resources, existing } = world()
      let fails = true
      const store = intercepted(new MemoryStore(), async (called, call) => {
        if (called !== method || !fails) return await call()
        if (landed) await call()
        throw unavailable(landed ? 'unknown' : 'not-written')
      })
      const sessions = manager(resources, { store })
      expect(await codeOf(sessions.for(ada).createSession({ context: { a: 1 } }))).toBe('STORE_UNAVAILABLE')
      fails = false
      expect(existing.size).toBe(0)
      expect(await sessions.countSessions()).toBe(0)
      expect(await codeOf(sessions.for(ada).createSession())).toBe(null)
    })
  }
}

test('a creation whose undoing fails is finished by the sweep: at least once, never not at all', async () => {
  const clock = { now: 1_000_000 }
  const { resources, existing, instead } = world()
  instead.set('provision c', failing)
  instead.set('destroy a', failing)
  const sessions = manager(resources, { store: new MemoryStore({ clock: () => clock.now }) })
  expect(await codeOf(sessions.for(ada).createSession())).toBe('RESOURCE_FAILED')
  expect([...existing]).toEqual(['a'])
  expect(await codeOf(sessions.for(ada).createSession())).toBe('SESSION_LIMIT_REACHED')

  instead.clear()
  clock.now += 120_000
  expect(await sessions.sweep()).toEqual({ expired: 1, failed: 0 })

  expect(existing.size).toBe(0)
})

test('a process that dies between two resources leaves what another one sweeps', async () => {
  const clock = { now: 1_000_000 }
  const store = new MemoryStore({ clock: () => clock.now })
  const { resources, existing, done, instead } = world()
  instead.set('provision b', () => never)
  const dying = new SessionManager({ store, cleanup: false, resources })
  void dying.for(ada).createSession()
  await until(() => done.length === 2)

  const other = newManager({ store, resources })
  clock.now += 119_999
  expect(await other.sweep()).toEqual({ expired: 0, failed: 0 })
  clock.now += 1
  expect(await other.sweep()).toEqual({ expired: 1, failed: 0 })

  expect(existing.size).toBe(0)
})

test('closing a session releases its resources and destroys none, once its turns have ended', async () => {
  const { resources, done, existing } = world()
  const gate = newGate()
  const sessions = manager(resources, {
    agent: async function* () {
      yield 'half'
      await gate.opened
    },
  })
  sessions.on('turn-ended', () => done.push('turn-ended'))
  const session = await sessions.for(ada).createSession()
  const sending = codeOf(session.sendMessage('Hi'))
  await until(async () => (await session.getMessages()).length === 1)
  done.length = 0

  await session.close()

  expect(await sending).toBe('TURN_INTERRUPTED')
  expect(done).toEqual(['turn-ended', 'release a', 'release b', 'release c'])
  expect(existing.size).toBe(3)
  expect((await session.getMessages()).map(({ content }) => content)).toEqual(['Hi', 'half'])
})

test('a resource that fails to be released keeps neither the others nor the close from it', async () => {
  const { resources, done, instead } = world()
  instead.set('release b', failing)
  const sessions = manager(resources)
  const told: unknown[] = []
  sessions.on('resource-failed', ({ resource, action }) => told.push([resource, action]))
  const session = await sessions.for(ada).createSession()
  expect((await session.close()).status).toBe('closed')
  expect(done.filter((what) => what.startsWith('release'))).toEqual(['release a', 'release b', 'release c'])
  expect(told).toEqual([['b', 'release']])
})

test('deleting a session releases and destroys its resources, the last first, then the data', async () => {
  const { resources, done, existing } = world(['a', 'b'])
  const sessions = manager(resources)
  const told: unknown[] = []
  sessions.on('session-deleted', () => told.push(done.at(-1)))
  const session = await sessions.for(ada).createSession()
  done.length = 0

  expect(await session.delete()).toBe(true)

  expect(done).toEqual(['release b', 'destroy b', 'release a', 'destroy a'])
  expect(existing.size).toBe(0)
  expect(told).toEqual(['destroy a'])
  expect(await session.delete()).toBe(false)
  expect(await codeOf(session.refresh())).toBe('SESSION_NOT_FOUND')
})

test('deleting stops the turns first: what they write does not bring the session back', async () => {
  const { resources, instead } = world(['a'])
  instead.set('destroy a', failing)
  const sessions = manager(resources, {
    agent: async function* () {
      yield 'half'
      await never
    },
  })
  const session = await sessions.for(ada).createSession()
  const sending = codeOf(session.sendMessage('Hi'))
  await until(async () => (await session.getMessages()).length === 1)

  expect(await codeOf(session.delete())).toBe('RESOURCE_FAILED')

  expect(await sending).toBe('TURN_INTERRUPTED')
  await until(async () => (await codeOf(session.refresh())) === 'SESSION_EXPIRED')
})

test('a delete whose resource fails is RESOURCE_FAILED: out of reach, the others destroyed, the rest by the sweep', async () => {
  const clock = { now: 1_000_000 }
  const { resources, existing, instead } = world()
  const sessions = manager(resources, { store: new MemoryStore({ clock: () => clock.now }) })
  const user = sessions.for(ada)
  const session = await user.createSession()
  instead.set('destroy b', failing)

  expect(await codeOf(session.delete())).toBe('RESOURCE_FAILED')
  clock.now += 1

  expect([...existing]).toEqual(['b'])
  expect(await codeOf(user.getSession(session.id))).toBe('SESSION_EXPIRED')
  expect(await user.countSessions()).toBe(0)
  expect(await sessions.sweep()).toEqual({ expired: 0, failed: 1 })
  instead.clear()
  clock.now += 60_000
  expect(await sessions.sweep()).toEqual({ expired: 1, failed: 0 })
  expect(existing.size).toBe(0)
})

test('a delete that is repeated never removes the record before the resources: somebody must know of them', async () => {
  const clock = { now: 1_000_000 }
  const { resources, existing, instead } = world(['a'])
  const sessions = manager(resources, { store: new MemoryStore({ clock: () => clock.now }) })
  const session = await sessions.for(ada).createSession()
  instead.set('destroy a', failing)

  for (let count = 0; count < 4; count++) {
    expect(await codeOf(session.delete())).toBe('RESOURCE_FAILED')
    clock.now += 1
  }
  instead.clear()
  clock.now += 60_000

  expect(await session.delete()).toBe(true)
  expect(existing.size).toBe(0)
  expect(await session.delete()).toBe(false)
})

test('a delete that meets the sweep of another process leaves the record to it', async () => {
  const clock = { now: 1_000_000 }
  const store = new MemoryStore({ clock: () => clock.now })
  const gate = newGate()
  const { resources, done, existing, instead } = world(['a'])
  const a = newManager({ store, closeStore: false, resources, expiry: { idleMs: 1_000 } })
  const b = newManager({ store, closeStore: false, resources })
  const session = await a.for(ada).createSession()
  clock.now += 1_000
  instead.set('destroy a', async () => {
    await gate.opened
    throw new Error('in use')
  })
  const sweeping = b.sweep()
  await until(() => done.includes('destroy a'))

  expect(await codeOf(session.delete())).toBe('RESOURCE_FAILED')
  gate.open()

  expect(await sweeping).toEqual({ expired: 0, failed: 1 })
  instead.clear()
  clock.now += 60_000
  expect(await a.sweep()).toEqual({ expired: 1, failed: 0 })
  expect(existing.size).toBe(0)
})

test('a delete that a sweep overtakes resolves to true all the same', async () => {
  const clock = { now: 1_000_000 }
  const inner = new MemoryStore({ clock: () => clock.now })
  const { resources } = world(['a'])
  const b = newManager({ store: inner, closeStore: false, resources })
  const store = intercepted(inner, async (method, call) => {
    if (method === 'deleteSession') {
      clock.now += 1
      await b.sweep()
    }
    return await call()
  })
  const session = await newManager({ store, closeStore: false, resources }).for(ada).createSession()
  expect(await session.delete()).toBe(true)
})

test('an abort while resources are made undoes them and rejects with its reason', async () => {
  const { resources, done, existing, instead } = world()
  const controller = new AbortController()
  const reason = new Error('gone')
  instead.set('provision b', async (signal) => {
    controller.abort(reason)
    signal?.throwIfAborted()
  })
  const sessions = manager(resources)
  expect(await failureOf(sessions.for(ada).createSession({}, { signal: controller.signal }))).toBe(reason)
  expect(done).not.toContain('provision c')
  expect(existing.size).toBe(0)
  expect(await codeOf(sessions.for(ada).createSession())).toBe(null)
})

test('an abort that a resource is deaf to waits for it: what is being made cannot be undone yet', async () => {
  const { resources, done, existing, instead } = world(['a', 'b'])
  const controller = new AbortController()
  const gate = newGate()
  instead.set('provision a', () => gate.opened)
  const sessions = manager(resources)
  const creating = failureOf(sessions.for(ada).createSession({}, { signal: controller.signal }))
  await until(() => done.length === 1)
  controller.abort('gone')
  gate.open()
  expect(await soon(creating)).toBe('gone')
  expect(done).not.toContain('provision b')
  expect(existing.size).toBe(0)
  expect(await sessions.countSessions()).toBe(0)
})

test('closing the manager releases what this process holds, once, and destroys nothing', async () => {
  const { resources, done } = world(['a'])
  const sessions = newManager({ resources })
  const user = sessions.for(ada)
  await user.createSession()
  await user.createSession()
  const closed = await user.createSession()
  await closed.close()
  const deleted = await user.createSession()
  await deleted.delete()
  done.length = 0

  await Promise.all([sessions.close(), sessions.close()])

  expect(done).toEqual(['release a', 'release a'])
})
