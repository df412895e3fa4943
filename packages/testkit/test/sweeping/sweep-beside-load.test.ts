import { randomBytes } from 'node:crypto'
import { newId, newSessionId, SessionManager, type SessionResource, type Store } from '@sess/core'
import { MysqlStore } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'
import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { expect, inject, onTestFinished, test } from 'vitest'

const expired = process.env.SESS_TEST_LONG === '1' ? 10_000 : 500
const users = 8
const prefix = (): string => `t${randomBytes(5).toString('hex')}_`

/** Opens stores on the same, empty data. */
const places: readonly (readonly [name: string, place: () => Promise<() => Store>])[] = [
  [
    'Redis',
    async () => {
      const options = { url: await sharedRedis(inject('testServers')), keyPrefix: prefix() }
      return () => new RedisStore(options)
    },
  ],
  [
    'MariaDB',
    async () => {
      const options = { url: await sharedDatabase(inject('testServers')), tablePrefix: prefix(), timeoutMs: 20_000 }
      return () => new MysqlStore(options)
    },
  ],
]

/** Sessions that have expired, each of a user of its own, with a chat and a message. */
async function makeExpired(store: Store): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  const quotas = { store: null, org: null, user: null }
  for (let made = 0; made < expired; made += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const owner = { orgId: 'acme', userId: newId() }
        const session = { id: newSessionId(owner), owner }
        const expiry = { idleMs: 3_600_000, absoluteMs: null }
        const record = { ...session, key: null, tags: [], data: {}, expiry, pendingMs: null }
        await store.createSession(record, { quotas, ifKeyTaken: 'reject' })
        await store.touchSession(session, { expiresInMs: 1 })
        ids.add(session.id)
      }),
    )
  }
  return ids
}

test.each(places)(
  `${expired} sessions are swept by two at once beside a live load, on %s: nobody notices, and each goes once`,
  async (_, place) => {
    const open = await place()
    const setup = open()
    onTestFinished(() => setup.close())
    const doomed = await makeExpired(setup)
    const destroyed = new Map<string, number>()
    const resource: SessionResource = {
      name: 'folder',
      provision: async () => {},
      release: async () => {},
      destroy: async ({ id }) => void destroyed.set(id, (destroyed.get(id) ?? 0) + 1),
    }
    const newManager = (): SessionManager => {
      const manager = new SessionManager({
        ...{ store: open(), resources: [resource], cleanup: false },
        agent: async () => 'an answer',
      })
      onTestFinished(() => manager.close())
      return manager
    }
    const [first, second, live] = [newManager(), newManager(), newManager()]
    const told: string[] = []
    for (const manager of [first, second])
      manager.on('session-expired', ({ session }) => {
        // What a user deletes at the same moment may be claimed on its way out.
        if (doomed.has(session.id)) told.push(session.id)
      })

    let isOver = false
    let calls = 0
    const failures: unknown[] = []
    const work = async (user: number): Promise<number> => {
      const scope = live.for({ orgId: 'acme', userId: `live-${user}` })
      let messages = 0
      const session = await scope.createSession({ key: 'chat' })
      do {
        await session.sendMessage('hello')
        messages += 2
        await session.context.set('n', messages)
        const other = await scope.createSession()
        await other.addMessage('short')
        await other.delete()
        await scope.listSessions()
        calls += 6
      } while (!isOver)
      expect((await session.getMessages({ limit: 200 })).length).toBe(Math.min(200, messages))
      return messages
    }
    const working = Array.from({ length: users }, (_, user) => work(user).catch((error) => void failures.push(error)))
    const swept = await Promise.all([first.sweep(), second.sweep()])
    isOver = true
    await Promise.all(working)

    expect(failures).toEqual([])
    expect(calls).toBeGreaterThanOrEqual(users * 6)
    const total = swept[0].expired + swept[1].expired
    expect([total, swept[0].failed + swept[1].failed]).toEqual([doomed.size, 0])
    expect([told.length, new Set(told).size]).toEqual([doomed.size, doomed.size])
    expect([...doomed].filter((id) => destroyed.get(id) !== 1)).toEqual([])
    expect(await setup.claimExpired({ limit: 10, leaseMs: 1 })).toEqual([])
    expect(await setup.countSessions({ orgId: 'acme' })).toBe(users)
    expect((await setup.stats({})).sessions.active).toBe(users)
  },
  300_000,
)
