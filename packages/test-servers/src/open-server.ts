import { makeDatabase, removeDatabase } from './make-database.ts'
import { type MysqlServer, startMariadb } from './mariadb.ts'
import { type RedisOptions, startRedis } from './redis.ts'
import type { TestServer } from './test-server.ts'

/** A Redis for tests that only talk to it: the one at `SESS_TEST_REDIS_URL`, which is left as it is, or a new one. */
export async function openRedis(options: RedisOptions = {}): Promise<Pick<TestServer, 'url' | 'stop'>> {
  const url = process.env.SESS_TEST_REDIS_URL
  // The one that is given is not of another release than it is.
  if (!url || options.release) return await startRedis(options)
  return { url, stop: async () => {} }
}

/**
 * A MySQL or MariaDB for tests that only talk to it: the one at `SESS_TEST_MYSQL_URL`, whose user has to be allowed to
 * make databases and users, or a new MariaDB. `stop` removes from a given server what `database` has made there.
 */
export async function openMysql(): Promise<Pick<MysqlServer, 'url' | 'database' | 'stop'>> {
  const url = process.env.SESS_TEST_MYSQL_URL
  if (!url) return await startMariadb()
  const made: string[] = []
  return {
    url,
    async database() {
      const database = await makeDatabase(url)
      made.push(database)
      return database
    },
    async stop() {
      for (const database of made.splice(0)) await removeDatabase(url, database)
    },
  }
}
