import type { SessEvents, SessionResource } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, intercepted, unavailable } from './failures.ts'
import { ada, newManager, twoManagers } from './managers.ts'
import { newGate } from './waiting.ts'

const bob = { orgId: 'acme', userId: 'bob' }
/** The same name elsewhere is somebody else. */
const other = { orgId: 'other', userId: 'ada' }

/** Folders of sessions, of which some cannot be removed for now. */
function folders(): { readonly resource: SessionResource; readonly there: Set<string>; readonly stuck: Set<string> } {
  const there = new Set<string>()
  const stuck = new Set<string>()
  const resource: SessionResource = {
    name: 'folder',
    provision: async ({ id }) => void there.add(id),
    release: async () => {},
    destroy: async ({ id }) => {
      if (stuck.has(id)) throw new Error('busy')
      there.delete(id)
    },
  }
  return { resource, there, stuck }
}

test('erasing a user: sessions in every state go, with what belongs to them, and those of others stay', async () => {
  let now = 1_700_000_000_000
  const { resource, there } = folders()
  const store = new MemoryStore({ clock: () => now })
  const manager = newManager({ store, resources: [resource] })
  const sessions = manager.for(ada)
  for (let index = 0; index < 230; index++) await sessions.createSession({ key: `k${index}` })
  const [first, second, third, fourth] = (await sessions.listSessions()).items
  await first?.pause()
  await second?.archive()
  await third?.close()
  await fourth?.extendTtl(5)
  const theirs = [await manager.for(bob).createSession(), await manager.for(other).createSession()]
  now += 5

  expect(await manager.eraseUser(ada)).toEqual({ sessions: 230, failed: 0 })

  expect(await sessions.countSessions()).toBe(0)
  expect(await manager.countSessions()).toBe(2)
  expect([...there].sort()).toEqual(theirs.map(({ id }) => id).sort())
  // The keys are free, and nobody waits for a sweep.
  expect(await store.claimExpired({ limit: 100, leaseMs: 1 })).toEqual([])
  await sessions.createSession({ key: 'k0' })
})

test('erasing a user: who has nothing is erased, and again', async () => {
  const manager = newManager()
  for (let times = 0; times < 2; times++) expect(await manager.eraseUser(ada)).toEqual({ sessions: 0, failed: 0 })
})

test('erasing a user: it is told and audited once, without a session', async () => {
  const told: unknown[] = []
  const kept: unknown[] = []
  const manager = newManager({ audit: { record: async (event) => void kept.push(event) } })
  await manager.for(ada).createSession()
  kept.length = 0
  manager.on('user-erased', (event: SessEvents['user-erased']) => told.push(event))
  await manager.eraseUser(ada)
  expect(told).toEqual([{ owner: ada, sessions: 1, failed: 0 }])
  expect(kept).toMatchObject([
    { type: 'session-deleted', owner: ada },
    { type: 'user-erased', owner: ada, sessionId: null, outcome: 'ok', details: { sessions: 1, failed: 0 } },
  ])
})

test('erasing a user: what cannot be destroyed yet is out of reach, counted, and left to the sweep', async () => {
  // A clock that a test sets forward, and that goes on as clocks do.
  let now = 1_700_000_000_000
  const { resource, there, stuck } = folders()
  const manager = newManager({ store: new MemoryStore({ clock: () => now++ }), resources: [resource] })
  const sessions = manager.for(ada)
  const session = await sessions.createSession()
  await sessions.createSession()
  stuck.add(session.id)

  expect(await manager.eraseUser(ada)).toEqual({ sessions: 1, failed: 1 })
  expect(await sessions.listSessions()).toMatchObject({ items: [] })
  expect(await codeOf(sessions.getSession(session.id))).toBe('SESSION_EXPIRED')

  stuck.clear()
  // The claim of the failed attempt runs out.
  now += 60_000
  expect(await manager.eraseUser(ada)).toEqual({ sessions: 1, failed: 0 })
  expect(there.size).toBe(0)
})

test('erasing a user: sessions that are created meanwhile go too, also where somebody else deletes at the same time', async () => {
  const gate = newGate()
  const store = new MemoryStore()
  let listed = 0
  const watching = intercepted(store, async (method, call) => {
    if (method === 'listSessions' && ++listed === 2) await gate.opened
    return await call()
  })
  const [manager, second] = twoManagers({ store: watching })
  const doomed = await manager.for(ada).createSession()
  const erased = manager.eraseUser(ada)
  await second.for(ada).createSession()
  await doomed.delete()
  gate.open()
  const { failed } = await erased
  expect([failed, await manager.for(ada).countSessions()]).toEqual([0, 0])
})

test('erasing a user: a running turn is stopped and writes nothing afterwards', async () => {
  const started = newGate()
  const manager = newManager({
    agent: async (_, { signal }) => {
      started.open()
      return await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  const session = await manager.for(ada).createSession()
  const sent = codeOf(session.sendMessage('Hi'))
  await started.opened
  expect(await manager.eraseUser(ada)).toEqual({ sessions: 1, failed: 0 })
  expect(await sent).not.toBe(null)
  expect((await manager.stats()).messages).toBe(0)
})

test('erasing a user: a store that is away is an error, and the call can be repeated', async () => {
  let calls = 0
  const store = intercepted(new MemoryStore(), async (method, call) => {
    if (method === 'deleteSession' && ++calls === 2) throw unavailable('unknown')
    return await call()
  })
  const manager = newManager({ store })
  for (let index = 0; index < 3; index++) await manager.for(ada).createSession()
  expect(await codeOf(manager.eraseUser(ada))).toBe('STORE_UNAVAILABLE')
  expect(await manager.eraseUser(ada)).toEqual({ sessions: 2, failed: 0 })
})

test.each([[{ orgId: 'acme' }], [{ userId: 'ada' }], [null], [{ orgId: '', userId: 'ada' }]])(
  'erasing a user: %j is no owner',
  async (owner) => {
    expect(await codeOf(newManager().eraseUser(owner as never))).toMatch(/^INVALID_/)
  },
)

test('erasing a user: an abort stops it between two sessions', async () => {
  const manager = newManager()
  for (let index = 0; index < 3; index++) await manager.for(ada).createSession()
  const controller = new AbortController()
  manager.on('session-deleted', () => controller.abort(new Error('enough')))
  await expect(manager.eraseUser(ada, { signal: controller.signal })).rejects.toThrow('enough')
  expect(await manager.for(ada).countSessions()).toBe(2)
})
