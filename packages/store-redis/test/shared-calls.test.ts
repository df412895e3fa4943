import assert from 'node:assert/strict'
import { isSessError, newId, newSessionId, type SessErrorCode } from '@sess/core'
import { startRedis, type TestServer } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { RedisStore } from '../src/index.ts'

const none = { store: null, org: null, user: null }
const many = Array.from({ length: 40 }, (_, index) => index)

describe.each(['single', 'sharded'] as const)('calls at once, %s', (topology) => {
  let server: TestServer
  let redis: Redis
  let store: RedisStore

  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.url)
    store = new RedisStore({ url: server.url, topology })
  })

  afterAll(async () => {
    await store.close()
    redis.disconnect()
    await server.stop()
  })

  const someone = () => ({ orgId: 'o', userId: newId() })

  async function made(owner = someone(), quotas: { store: null; org: null; user: number | null } = none) {
    const id = newSessionId(owner)
    const session = { id, owner, key: null, tags: [], data: { id }, pendingMs: null }
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    await store.createSession({ ...session, expiry }, { quotas, ifKeyTaken: 'reject' })
    return { id, owner }
  }

  async function scriptsRun(): Promise<number> {
    return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1] ?? 0)
  }

  /** How each of the calls ended. */
  async function ends(calls: readonly Promise<unknown>[]): Promise<readonly (SessErrorCode | 'done')[]> {
    const results = await Promise.allSettled(calls)
    return results.map((result) => {
      if (result.status === 'fulfilled') return 'done'
      assert.ok(isSessError(result.reason), `${result.reason}`)
      return result.reason.code
    })
  }

  test('go together, and each has its own answer', async () => {
    const owner = someone()
    const there = await Promise.all(many.map(() => made(owner)))
    const before = await scriptsRun()
    const found = await Promise.all([
      ...there.map((session) => store.getSession(session)),
      store.getSession({ id: newSessionId(owner), owner }),
      store.getSession({ id: there[0]?.id ?? '', owner: someone() }),
    ])
    assert.ok((await scriptsRun()) - before <= 4, 'they go together')
    assert.deepEqual(
      found.map((session) => session?.data.id),
      [...there.map(({ id }) => id), undefined, undefined],
    )
  })

  test('a limit lets in as many as it says', async () => {
    const owner = someone()
    const ended = await ends(many.map(() => made(owner, { ...none, user: 7 })))
    assert.equal(ended.filter((end) => end === 'done').length, 7)
    assert.equal(ended.filter((end) => end === 'SESSION_LIMIT_REACHED').length, many.length - 7)
    assert.equal(await store.countSessions(owner), 7)
  })

  test('sessions of one owner and of many are counted, listed and removed', async () => {
    const orgId = newId()
    const [first, second] = [newId(), newId()]
    const sessions = await Promise.all(many.map((index) => made({ orgId, userId: index % 2 === 0 ? first : second })))
    const { sessions: counts, users } = await store.stats({ orgId })
    assert.deepEqual([counts.active, users], [many.length, 2])
    assert.equal((await store.listSessions({ orgId }, { limit: 100 })).items.length, many.length)
    const removed = await Promise.all(sessions.map((session) => store.deleteSession(session, { operationId: newId() })))
    assert.ok(removed.every(Boolean))
    const after = await store.stats({ orgId })
    assert.deepEqual([after.sessions.active, after.users], [0, 0])
    assert.deepEqual((await store.listSessions({ orgId })).items, [])
  })

  test('changes of one session at once: one of them finds the version', async () => {
    const session = await made()
    const change = (index: number) =>
      store.updateSession(session, { data: { index } }, { operationId: newId(), expectedVersion: 1, quotas: none })
    const ended = await ends(many.map(change))
    assert.equal(ended.filter((end) => end === 'done').length, 1)
    assert.equal(ended.filter((end) => end === 'VERSION_CONFLICT').length, many.length - 1)
    assert.equal((await store.getSession(session))?.version, 2)
  })

  test('a key that holds something else is the trouble of its own call', async () => {
    const owner = someone()
    const [broken, ...others] = await Promise.all(many.map(() => made(owner)))
    assert.ok(broken !== undefined)
    await redis.set(`sess:{${broken.id.slice(-4)}}:s:${broken.id}`, 'something else')
    const ended = await ends([...others, broken, ...others].map((session) => store.touchSession(session)))
    assert.equal(ended.indexOf('STORE_UNAVAILABLE'), others.length)
    assert.equal(ended.filter((end) => end === 'done').length, 2 * others.length)
  })

  test('one that is aborted does not keep the others', async () => {
    const sessions = await Promise.all(many.map(() => made()))
    const leaving = new AbortController()
    const calls = sessions.map((session, index) =>
      store.touchSession(session, index === 3 ? { signal: leaving.signal } : {}),
    )
    leaving.abort(new Error('enough'))
    const results = await Promise.allSettled(calls)
    assert.deepEqual(
      results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
      [3],
    )
  })

  // Elsewhere a session that comes back needs places in other slots first, and such changes do not go together.
  test.runIf(topology === 'single')('a session that leaves and comes back in one call is listed once', async () => {
    const session = await made()
    const change = (status: 'active' | 'archived', expectedVersion: number) =>
      store.updateSession(session, { status }, { operationId: newId(), expectedVersion, quotas: { ...none, user: 9 } })
    await Promise.all([change('archived', 1), change('active', 2), change('archived', 3), change('active', 4)])
    const { sessions } = await store.stats(session.owner)
    assert.deepEqual([sessions.active, sessions.archived], [1, 0])
    assert.equal((await store.listSessions(session.owner)).items.length, 1)
    assert.equal(await store.countSessions(session.owner), 1)
  })
})
