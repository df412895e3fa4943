import {
  newId,
  type Session,
  type SessionManager,
  type SessionManagerOptions,
  type SessionResource,
  type SweepResult,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, intercepted, unavailable } from './failures.ts'
import { ada, newManager } from './managers.ts'
import { soon, until } from './waiting.ts'

const start = 1_700_000_000_000

/** A manager whose time stands still until it is moved. */
function timed(options: Partial<SessionManagerOptions> = {}): {
  readonly manager: SessionManager
  readonly clock: { now: number }
} {
  const clock = { now: start }
  const store = new MemoryStore({ clock: () => clock.now })
  return { clock, manager: newManager({ store, expiry: { idleMs: 1_000 }, agent: async () => 'ok', ...options }) }
}

/** A resource that notes whose it destroyed, and fails as long as it is told to. */
function folder(): { readonly resource: SessionResource; readonly destroyed: string[]; failing: boolean } {
  const destroyed: string[] = []
  const state = {
    destroyed,
    failing: false,
    resource: {
      name: 'folder',
      provision: async () => {},
      release: async () => {},
      destroy: async (session: { readonly id: string }) => {
        if (state.failing) throw new Error('in use')
        destroyed.push(session.id)
      },
    },
  }
  return state
}

test('a session expires exactly idleMs after its last activity, not a millisecond before', async () => {
  const { manager, clock } = timed()
  const session = await manager.for(ada).createSession()
  expect(session.record.expiresAt).toBe(start + 1_000)
  clock.now = start + 999
  expect(await codeOf(session.refresh())).toBe(null)
  clock.now = start + 1_000
  expect(await codeOf(session.refresh())).toBe('SESSION_EXPIRED')
})

const activities: readonly (readonly [string, (session: Session) => Promise<unknown>])[] = [
  ['sending', (session) => session.sendMessage('Hi')],
  ['adding', (session) => session.addMessage('Hi')],
  ['setting context', (session) => session.context.set('a', 1)],
  ['deleting context', (session) => session.context.delete('there')],
  ['touch', (session) => session.touch()],
]
for (const [name, act] of activities) {
  test(`${name} is activity: the session expires later by it`, async () => {
    const { manager, clock } = timed()
    const session = await manager.for(ada).createSession({ context: { there: 1 } })
    await session.createChat()
    clock.now = start + 900
    await act(session)
    expect(await session.refresh()).toMatchObject({ lastActiveAt: start + 900, expiresAt: start + 1_900 })
  })
}

const readings: readonly (readonly [string, (session: Session, manager: SessionManager) => Promise<unknown>])[] = [
  ['getSession', (session, manager) => manager.for(ada).getSession(session.id)],
  ['hasSession', (session, manager) => manager.for(ada).hasSession(session.id)],
  ['openSession', (_, manager) => manager.for(ada).openSession('ticket-1')],
  ['listSessions', (_, manager) => manager.for(ada).listSessions()],
  ['getMessages', (session) => session.getMessages()],
  ['context.get', (session) => session.context.get('a')],
  ['listChats', (session) => session.listChats()],
  ['stats', (session) => session.stats()],
]
for (const [name, read] of readings) {
  test(`${name} is no activity`, async () => {
    const { manager, clock } = timed()
    const session = await manager.for(ada).createSession({ key: 'ticket-1' })
    await session.createChat()
    const before = await session.refresh()
    clock.now = start + 900
    await read(session, manager)
    expect(await session.refresh()).toMatchObject({ lastActiveAt: before.lastActiveAt, expiresAt: before.expiresAt })
  })
}

test('nothing makes a session live past its absolute end', async () => {
  const { manager, clock } = timed()
  const session = await manager.for(ada).createSession({ expiry: { idleMs: 1_000, absoluteMs: 1_500 } })
  clock.now = start + 900
  await session.touch()
  expect(session.record.expiresAt).toBe(start + 1_500)
  await session.extendTtl(10_000)
  expect(session.record.expiresAt).toBe(start + 1_500)
  clock.now = start + 1_500
  expect(await codeOf(session.touch())).toBe('SESSION_EXPIRED')
})

test('extendTtl sets the end to so long from now, also earlier; activity may make it later again', async () => {
  const { manager } = timed()
  const session = await manager.for(ada).createSession()
  expect((await session.extendTtl(5_000)).expiresAt).toBe(start + 5_000)
  expect((await session.extendTtl(10)).expiresAt).toBe(start + 10)
  expect((await session.touch()).expiresAt).toBe(start + 1_000)
  for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(await codeOf(session.extendTtl(wrong))).toBe('INVALID_ARGUMENT')
})

test('a session without idle and absolute time never expires', async () => {
  const { manager, clock } = timed()
  const session = await manager.for(ada).createSession({ expiry: { idleMs: null } })
  expect(session.record.expiresAt).toBe(null)
  clock.now = start + 1e12
  expect(await codeOf(session.sendMessage('Still here?'))).toBe(null)
})

test('an expired session is SESSION_EXPIRED for everything until it is swept, and SESSION_NOT_FOUND after', async () => {
  const { manager, clock } = timed()
  const user = manager.for(ada)
  const session = await user.createSession()
  const chat = await session.createChat()
  await chat.addMessage('Hi')
  clock.now = start + 1_000
  const calls: readonly (() => Promise<unknown>)[] = [
    () => user.getSession(session.id),
    () => manager.getSession(session.id),
    () => session.refresh(),
    () => session.update({ name: 'x' }),
    () => session.touch(),
    () => session.extendTtl(1_000),
    () => session.pause(),
    () => session.createChat(),
    () => session.getMessages(),
    () => session.context.get('a'),
    () => session.context.set('a', 1),
    () => chat.sendMessage('x'),
    () => chat.addMessage('x'),
    () => chat.getMessages(),
    () => chat.refresh(),
  ]

  for (const call of calls) expect(await codeOf(call()), `${call}`).toBe('SESSION_EXPIRED')
  expect(await user.hasSession(session.id)).toBe(false)
  expect((await user.listSessions()).items).toEqual([])
  expect(await user.countSessions()).toBe(0)
  await manager.sweep()

  const gone = new Set<unknown>()
  for (const call of calls) gone.add(await codeOf(call()))
  expect([...gone].sort()).toEqual(['CHAT_NOT_FOUND', 'SESSION_NOT_FOUND'])
  expect(await user.hasSession(session.id)).toBe(false)
})

test('a sweep removes what expired and nothing else, however many batches that takes, and tells of each', async () => {
  const { manager, clock } = timed({ cleanup: { intervalMs: 1e9, batchSize: 3 } })
  const user = manager.for(ada)
  const told: string[] = []
  const ends: SweepResult[] = []
  manager.on('session-expired', ({ session }) => told.push(session.id))
  manager.on('sweep-ended', ({ expired, failed }) => ends.push({ expired, failed }))
  const old: string[] = []
  for (let count = 0; count < 10; count++) old.push((await user.createSession()).id)
  const young = await user.createSession({ expiry: { idleMs: 5_000 } })
  clock.now = start + 1_000

  expect(await manager.sweep()).toEqual({ expired: 10, failed: 0 })
  expect(await manager.sweep()).toEqual({ expired: 0, failed: 0 })

  expect(told.sort()).toEqual(old.sort())
  expect(ends).toEqual([
    { expired: 10, failed: 0 },
    { expired: 0, failed: 0 },
  ])
  expect((await user.listSessions()).items.map(({ id }) => id)).toEqual([young.id])
})

test('an expired session frees its place under the limits at once, before any sweep', async () => {
  const { manager, clock } = timed({ limits: { sessionsPerUser: 1 } })
  await manager.for(ada).createSession()
  expect(await codeOf(manager.for(ada).createSession())).toBe('SESSION_LIMIT_REACHED')
  clock.now = start + 1_000
  expect(await codeOf(manager.for(ada).createSession())).toBe(null)
})

test('a session whose resource cannot be destroyed stays until it can: repeated after a minute, told of once', async () => {
  const steady = folder()
  const flaky = folder()
  const { manager, clock } = timed({ resources: [steady.resource, flaky.resource] })
  const told: string[] = []
  const failures: unknown[] = []
  manager.on('session-expired', ({ session }) => told.push(session.id))
  manager.on('resource-failed', ({ action, resource }) => failures.push([resource, action]))
  const session = await manager.for(ada).createSession()
  clock.now = start + 1_000
  flaky.failing = true

  expect(await manager.sweep()).toEqual({ expired: 0, failed: 1 })
  expect(told).toEqual([])
  expect(failures).toEqual([['folder', 'destroy']])
  flaky.failing = false
  clock.now += 59_999
  expect(await manager.sweep()).toEqual({ expired: 0, failed: 0 })
  clock.now += 1
  expect(await manager.sweep()).toEqual({ expired: 1, failed: 0 })

  expect(told).toEqual([session.id])
  expect(flaky.destroyed).toEqual([session.id])
  expect(steady.destroyed).toEqual([session.id, session.id])
})

test('a session that its owner deletes while it is swept is no failure', async () => {
  const clock = { now: start }
  const store = new MemoryStore({ clock: () => clock.now })
  const resource: SessionResource = {
    name: 'folder',
    provision: async () => {},
    release: async () => {},
    destroy: async ({ id, owner }) => void (await store.deleteSession({ id, owner }, { operationId: newId() })),
  }
  const manager = newManager({ store, resources: [resource], expiry: { idleMs: 1_000 } })
  await manager.for(ada).createSession()
  clock.now = start + 1_000
  expect(await manager.sweep()).toEqual({ expired: 0, failed: 0 })
  await manager.for(ada).createSession()
  clock.now = start + 2_000
  expect(await manager.eraseUser(ada)).toEqual({ sessions: 1, failed: 0 })
})

test('a failing clean-up does not keep the others from being cleaned up', async () => {
  const failing = new Set<string>()
  const { manager, clock } = timed({
    resources: [
      {
        name: 'folder',
        provision: async () => {},
        release: async () => {},
        destroy: async ({ id }) => {
          if (failing.has(id)) throw new Error('in use')
        },
      },
    ],
  })
  const user = manager.for(ada)
  const sessions: Session[] = []
  for (let count = 0; count < 5; count++) sessions.push(await user.createSession())
  failing.add(sessions[1]?.id ?? '')
  clock.now = start + 1_000
  expect(await manager.sweep()).toEqual({ expired: 4, failed: 1 })
})

test('an audit log that fails keeps the session for the next sweep', async () => {
  let failing = true
  const { manager, clock } = timed({
    audit: {
      record: async ({ type }) => {
        if (failing && type === 'session-expired') throw new Error('disk full')
      },
    },
  })
  await manager.for(ada).createSession()
  clock.now = start + 1_000
  expect(await manager.sweep()).toEqual({ expired: 0, failed: 1 })
  failing = false
  clock.now += 60_000
  expect(await manager.sweep()).toEqual({ expired: 1, failed: 0 })
})

test('cleanupInactive removes what had no activity for so long, and answers which', async () => {
  const { manager, clock } = timed({ expiry: { idleMs: null } })
  const user = manager.for(ada)
  const idle: string[] = []
  for (let count = 0; count < 250; count++) idle.push((await user.createSession()).id)
  const busy = await user.createSession()
  clock.now = start + 5_000
  await busy.addMessage('Hi')
  clock.now = start + 10_000

  const ids = await manager.cleanupInactive(10_000)

  expect([...ids].sort()).toEqual(idle.sort())
  expect((await user.listSessions()).items.map(({ id }) => id)).toEqual([busy.id])
  expect(await codeOf(user.getSession(idle[0] ?? ''))).toBe('SESSION_NOT_FOUND')
  expect(await codeOf(manager.cleanupInactive(0))).toBe('INVALID_ARGUMENT')
})

test('the sweep runs by itself, again and again, and no more after close', async () => {
  const clock = { now: start }
  let claims = 0
  const store = intercepted(new MemoryStore({ clock: () => clock.now }), async (method, call) => {
    if (method === 'claimExpired') claims++
    return await call()
  })
  const manager = newManager({ store, expiry: { idleMs: 1_000 }, cleanup: { intervalMs: 5 } })
  const swept: number[] = []
  manager.on('sweep-ended', ({ expired }) => swept.push(expired))
  await manager.for(ada).createSession()
  clock.now += 1_000

  await until(() => swept.length > 2)
  await soon(manager.close())
  const before = claims

  expect(swept.reduce((sum, expired) => sum + expired, 0)).toBe(1)
  const closedAt = performance.now()
  await until(() => performance.now() - closedAt > 30)
  expect(claims).toBe(before)
})

test('a sweep that fails is tried again at the next interval, and its error is logged', async () => {
  let failures = 0
  const logged: string[] = []
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'claimExpired' && failures++ < 2) throw unavailable('unknown')
    return await call()
  })
  const note = (_: object, message: string): unknown => logged.push(message)
  const logger = { debug: note, info: note, warn: note, error: note }
  const manager = newManager({ store, logger, cleanup: { intervalMs: 5 } })
  let swept = 0
  manager.on('sweep-ended', () => swept++)
  await until(() => swept > 0)
  expect(logged).toEqual(['a sweep failed', 'a sweep failed'])
})

test('close waits for the sweep that runs', async () => {
  const clock = { now: start }
  const store = new MemoryStore({ clock: () => clock.now })
  let destroying = false
  let done = false
  const manager = newManager({
    store,
    expiry: { idleMs: 1_000 },
    cleanup: { intervalMs: 5 },
    resources: [
      {
        name: 'folder',
        provision: async () => {},
        release: async () => {},
        destroy: async () => {
          destroying = true
          await new Promise((resolve) => setTimeout(resolve, 20))
          done = true
        },
      },
    ],
  })
  await manager.for(ada).createSession()
  clock.now += 1_000
  await until(() => destroying)
  await manager.close()
  expect(done).toBe(true)
})

for (const open of ['openSession', 'createSession'] as const) {
  test(`${open} with the key of an expired session makes a new one at once, and cleans the old one up`, async () => {
    const { resource, destroyed } = folder()
    const { manager, clock } = timed({ resources: [resource] })
    const told: string[] = []
    manager.on('session-expired', ({ session }) => told.push(session.id))
    const user = manager.for(ada)
    const old = await user.createSession({ key: 'ticket-1' })
    await old.addMessage('Hi')
    clock.now = start + 1_000

    const fresh =
      open === 'openSession' ? await user.openSession('ticket-1') : await user.createSession({ key: 'ticket-1' })

    expect(fresh.id).not.toBe(old.id)
    expect(await fresh.getMessages()).toEqual([])
    expect(destroyed).toEqual([old.id])
    expect(told).toEqual([old.id])
    expect(await codeOf(user.getSession(old.id))).toBe('SESSION_NOT_FOUND')
  })
}

test('many that open an expired key at once get one new session', async () => {
  const { manager, clock } = timed()
  const user = manager.for(ada)
  const old = await user.openSession('ticket-1')
  clock.now = start + 1_000
  const sessions = await Promise.all(Array.from({ length: 20 }, () => user.openSession('ticket-1')))
  const ids = new Set(sessions.map(({ id }) => id))
  expect(ids.size).toBe(1)
  expect(ids.has(old.id)).toBe(false)
})

test("an expired key of one owner is no concern of another's", async () => {
  const { manager, clock } = timed()
  const bob = manager.for({ orgId: 'acme', userId: 'bob' })
  const theirs = await bob.createSession({ key: 'ticket-1' })
  clock.now = start + 1_000
  await manager.for(ada).openSession('ticket-1')
  expect(await codeOf(bob.getSession(theirs.id))).toBe('SESSION_EXPIRED')
})

test('a creation that died half-way is swept without a word, its resources included', async () => {
  const clock = { now: start }
  const inner = new MemoryStore({ clock: () => clock.now })
  const { resource, destroyed } = folder()
  // Its process ends before the last step, and undoes nothing.
  const store = intercepted(inner, async (method, call) => {
    if (method === 'updateSession' || method === 'deleteSession') throw unavailable('not-written')
    return await call()
  })
  const broken = { ...resource, destroy: async () => Promise.reject(new Error('dead')) }
  const dead = newManager({ store, closeStore: false, resources: [broken] })
  expect(await codeOf(dead.for(ada).createSession({ key: 'ticket-1' }))).toBe('STORE_UNAVAILABLE')
  const manager = newManager({ store: inner, resources: [resource], limits: { sessionsPerUser: 1 } })
  const told: unknown[] = []
  manager.on('session-expired', (event) => told.push(event))

  expect(await manager.countSessions()).toBe(0)
  expect(await codeOf(manager.for(ada).createSession())).toBe('SESSION_LIMIT_REACHED')
  clock.now += 120_000
  expect(await manager.sweep()).toEqual({ expired: 1, failed: 0 })

  expect(destroyed).toHaveLength(1)
  expect(told).toEqual([])
  expect(await codeOf(manager.for(ada).createSession({ key: 'ticket-1' }))).toBe(null)
})

test('what one process holds for a session that another cleaned up is given back by its own sweep', async () => {
  // Past for this process, which only looks up what may be over.
  const clock = { now: start }
  const store = new MemoryStore({ clock: () => clock.now })
  const released: string[] = []
  const holding: SessionResource = {
    name: 'clients',
    provision: async () => {},
    release: async ({ id }) => void released.push(id),
    destroy: async () => {},
  }
  const expiry = { idleMs: 1_000 }
  const a = newManager({ store, closeStore: false, expiry, resources: [holding] })
  const b = newManager({ store, closeStore: false, expiry })
  const gone = await a.for(ada).createSession()
  const alive = await a.for(ada).createSession()
  clock.now += 900
  await (await b.for(ada).getSession(alive.id)).touch()
  clock.now += 100
  await b.sweep()

  await a.sweep()
  expect(released).toEqual([gone.id])
  clock.now += 1_000
  await b.sweep()
  await a.sweep()
  expect(released).toEqual([gone.id, alive.id])
})

test('a sweep that is aborted ends what is under way, fifty sessions at most, and the rest is left to the next', async () => {
  const controller = new AbortController()
  const { manager, clock } = timed()
  for (let count = 0; count < 80; count++) await manager.for(ada).createSession()
  clock.now = start + 1_000
  manager.on('session-expired', () => controller.abort(new Error('enough')))
  await expect(manager.sweep({ signal: controller.signal })).rejects.toThrow('enough')
  clock.now += 60_000
  expect(await manager.sweep()).toEqual({ expired: 30, failed: 0 })
})
