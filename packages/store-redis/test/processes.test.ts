import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { newChatId, newSessionId } from '@sess/core'
import { sharedRedis, startRedisCluster } from '@sess/test-servers'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import type { RedisStoreOptions } from '../src/index.ts'
import type { Done, Task } from './process-worker.ts'
import { storeGroup } from './stores.ts'

const processes = 8
/** Of each process. */
const creations = process.env.SESS_TEST_LONG === '1' ? 1000 : 125
const owner = { orgId: 'acme', userId: 'ada' }
const none = { store: null, org: null, user: null }
const worker = fileURLToPath(new URL('../node_modules/.cache/process-worker.mjs', import.meta.url))
/** The same for every test. */
let children: readonly ChildProcess[] = []

beforeAll(async () => {
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  await build({
    entryPoints: [file('./process-worker.ts')],
    outfile: worker,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    loader: { '.lua': 'text' },
    alias: { '@sess/core': file('../../core/src/index.ts') },
    external: ['ioredis'],
  })
  children = Array.from({ length: processes }, () => fork(worker))
})

afterAll(async () => {
  for (const child of children) child.disconnect()
  // Nothing of a closed store keeps a process from its end.
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')))
})

/** Has eight processes do the same at once. */
function inProcesses(task: Task): Promise<readonly Done[]> {
  return Promise.all(
    children.map(async (child) => {
      child.send(task)
      const [done] = (await once(child, 'message')) as [Done]
      return done
    }),
  )
}

async function create(options: RedisStoreOptions, who: typeof owner | null, quotas: typeof none | object) {
  const dones = await inProcesses({ options, create: { owner: who, count: creations, quotas: { ...none, ...quotas } } })
  const failures = dones.flatMap((done) => done.failures)
  assert.deepEqual(new Set(failures), new Set(['SESSION_LIMIT_REACHED']))
  return dones.flatMap((done) => done.created).length
}

describe('8 processes on one server', () => {
  const open = async () => {
    const url = await sharedRedis(inject('testServers'))
    const group = storeGroup({ url })
    return { group, options: { url, keyPrefix: group.keyPrefix } }
  }

  test('many creations at a limit of 10 give exactly 10: for a user, an organisation, the store', async () => {
    for (const quotas of [{ user: 10 }, { org: 10 }, { store: 10 }]) {
      const { group, options } = await open()
      assert.equal(await create(options, 'user' in quotas ? owner : null, quotas), 10)
      assert.equal(await group.open().countSessions({}), 10)
      await group.dispose()
    }
  }, 60_000)

  test('8 × 1,000 appends to one chat are all there, once, in dense order', async () => {
    const { group, options } = await open()
    const store = group.open()
    const session = { id: newSessionId(owner), owner }
    const chat = { id: newChatId(session.id), session }
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    await store.createSession(
      { ...session, key: null, tags: [], data: {}, expiry, pendingMs: null },
      { quotas: none, ifKeyTaken: 'reject' },
    )
    const made = { id: chat.id, key: null, data: {}, maxMessages: null, overflow: 'reject' as const }
    await store.createChat(session, made, { maxChats: null, ifKeyTaken: 'reject' })
    const dones = await inProcesses({ options, append: { chat, count: 1000 } })
    assert.deepEqual(
      dones.flatMap(({ failures }) => failures),
      [],
    )
    const seqs = dones.flatMap((done) => done.seqs).sort((a, b) => a - b)
    assert.deepEqual(
      seqs,
      Array.from({ length: 8000 }, (_, index) => index + 1),
    )
    const contents = new Set<unknown>()
    for (let after = 0; after < 8000; after += 1000) {
      const { messages } = await store.readMessages(chat, { after, limit: 1000 })
      for (const { content } of messages) contents.add(content)
    }
    assert.equal(contents.size, 8000)
    assert.equal((await store.stats(owner)).messages, 8000)
    await group.dispose()
  }, 60_000)
})

describe('8 processes on a cluster', () => {
  test('many creations do not go over any limit, and reach it for a user', async () => {
    const cluster = await startRedisCluster()
    try {
      for (const quotas of [{ user: 10 }, { org: 10 }, { store: 40 }]) {
        const { keyPrefix } = storeGroup({})
        const options = { cluster: cluster.urls, keyPrefix, timeoutMs: 60_000 }
        const limit = Object.values(quotas)[0] ?? 0
        const made = await create(options, 'user' in quotas ? owner : null, quotas)
        assert.ok(made <= limit && made > 0, `${made} were made`)
        if ('user' in quotas) assert.equal(made, limit)
      }
    } finally {
      await cluster.stop()
    }
  }, 60_000)
})
