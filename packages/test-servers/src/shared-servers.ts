import type {} from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** To be handed to `sharedRedis` and `sharedDatabase`. */
    testServers: string
  }
}

/**
 * The URL of the Redis that all tests of a run share; the first to ask starts it.
 *
 * Others work in it at the same time: keep to keys of your own, and never flush it.
 *
 * @param testServers what `vitest-setup.ts` provides: `inject('testServers')`.
 */
export async function sharedRedis(testServers: string): Promise<string> {
  const release = process.env.SESS_TEST_REDIS_RELEASE
  return await ask(testServers, release ? `redis/${release}` : 'redis')
}

/** The URL of a new, empty database in the MariaDB or MySQL that all tests of a run share; the first to ask starts it. */
export async function sharedDatabase(testServers: string): Promise<string> {
  return await ask(testServers, 'database')
}

async function ask(testServers: string, what: string): Promise<string> {
  // A connection of its own: one that is kept may have been closed unseen while this process was busy.
  const response = await fetch(new URL(what, testServers), { headers: { connection: 'close' } })
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}
