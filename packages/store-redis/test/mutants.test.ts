import assert from 'node:assert/strict'
import { type ConformanceCase, testSessionStore } from '@sess/core/conformance'
import { sharedRedis } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { afterAll, inject, test } from 'vitest'
import type { RedisClient } from '../src/index.ts'
import { type LuaMutant, luaMutants } from './mutants/lua-mutants.ts'
import { storeGroup } from './stores.ts'

const clients: Redis[] = []
afterAll(() => {
  for (const client of clients) client.disconnect()
})

for (const mutant of luaMutants) {
  test(`mutant: ${mutant.name}: a case of ${mutant.topic} fails`, async () => {
    const url = await sharedRedis(inject('testServers'))
    const redis = new Redis(url)
    clients.push(redis)
    const changes = { count: 0 }
    const failed = await firstFailure(mutant.topic, mutated(redis, mutant, changes))
    assert.ok(changes.count > 0, 'the guard is in no script that was run')
    assert.ok(failed !== null, 'all cases pass without the guard')
  }, 60_000)
}

test('without a change no case fails: it is the missing guards that do', async () => {
  const redis = new Redis(await sharedRedis(inject('testServers')))
  clients.push(redis)
  const nothing: LuaMutant = { name: 'none', topic: 'turns', guard: 'in no script', instead: '' }
  for (const topic of ['sessions', 'turns', 'repeat', 'sweep'] as const)
    assert.equal(await firstFailure(topic, mutated(redis, nothing, { count: 0 })), null)
}, 60_000)

/** A client that runs every script by its text, without the guard. */
function mutated(redis: Redis, { guard, instead }: LuaMutant, changes: { count: number }): RedisClient {
  const call = async (name: string, ...args: string[]): Promise<unknown> => {
    if (name === 'evalsha') throw new Error('NOSCRIPT by its text, please')
    const [text = '', ...rest] = args
    if (name !== 'eval' || !text.includes(guard)) return await redis.call(name, ...args)
    changes.count++
    return await redis.call(
      'eval',
      text.replace(guard, () => instead),
      ...rest,
    )
  }
  return new Proxy(redis, {
    get(target, property) {
      if (property === 'call') return call
      const member: unknown = Reflect.get(target, property, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  }) as unknown as RedisClient
}

/** Runs the cases of a topic until one fails. @returns its name, or null. */
async function firstFailure(topic: ConformanceCase['topic'], client: RedisClient): Promise<string | null> {
  const cases: (readonly [name: string, run: () => Promise<void>])[] = []
  const create = async () => {
    const group = storeGroup({ client, timeoutMs: 2_000 })
    return { store: group.open(), peer: async () => group.open(), dispose: () => group.dispose() }
  }
  testSessionStore({
    test: (name, run) => cases.push([name, run]),
    create,
    only: (one) => one.topic === topic,
  })
  for (const [name, run] of cases) {
    try {
      await run()
    } catch {
      return name
    }
  }
  return null
}
