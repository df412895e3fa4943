import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { inject } from 'vitest'

/** The variables by which an example finds its server, if it asks for one: an empty database, or the Redis of this run. */
export async function serversFor(code: string): Promise<NodeJS.ProcessEnv> {
  const servers = inject('testServers')
  return {
    ...(code.includes('process.env.REDIS_URL') ? { REDIS_URL: await sharedRedis(servers) } : {}),
    ...(code.includes('process.env.MYSQL_URL') ? { MYSQL_URL: await sharedDatabase(servers) } : {}),
  }
}
