import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { findProgram } from './find-program.ts'
import { mariadbSoftware } from './mariadb.ts'
import { openMysql, openRedis } from './open-server.ts'
import { redisSoftware } from './redis.ts'
import type { TestServer } from './test-server.ts'

type OpenedServer = Pick<TestServer, 'url' | 'stop'>

/**
 * Vitest's global setup: one Redis of each release and one MariaDB for a run, each started when the first test asks for it.
 *
 * The servers belong to this process, for they outlive the workers, and workers ask for them over loopback. Programs are
 * installed now if they have to be: a test that asks has seconds, an installation takes a minute.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.getProvidedContext().testServers !== undefined) return undefined
  const redis = new Map<string, Promise<OpenedServer>>()
  let mysql: ReturnType<typeof openMysql> | undefined
  const answer = async (what: string | undefined, release = ''): Promise<string> => {
    if (what === 'redis') {
      const opening = redis.get(release) ?? openRedis({ release })
      redis.set(release, opening)
      return (await opening).url
    }
    if (what !== 'database') throw new Error(`There is no ${what}.`)
    mysql ??= openMysql()
    return await (await mysql).database()
  }
  for (const [given, software] of [
    [process.env.SESS_TEST_REDIS_URL, redisSoftware],
    [process.env.SESS_TEST_MYSQL_URL, mariadbSoftware],
  ] as const) {
    // What cannot be had is missed by the test that asks for it, and said there.
    if (!given) await findProgram(software).catch(() => {})
  }

  const server = createServer((request, response) => {
    const [, what, release] = (request.url ?? '').split('/')
    answer(what, release).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : `${error}`),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // Given to the root project, every project of the run inherits it.
  project.vitest.getRootProject().provide('testServers', `http://127.0.0.1:${port}/`)

  return async () => {
    server.close()
    server.closeAllConnections()
    for (const opening of [...redis.values(), mysql]) await (await opening?.catch(() => undefined))?.stop()
  }
}
