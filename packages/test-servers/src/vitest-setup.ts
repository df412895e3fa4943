import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { findProgram } from './find-program.ts'
import { mariadbSoftware } from './mariadb.ts'
import { openMysql, openRedis } from './open-server.ts'
import { redisSoftware } from './redis.ts'

/**
 * Vitest's global setup: one Redis and one MariaDB for a run, each started when the first test asks for it.
 *
 * The servers belong to this process, for they outlive the workers, and workers ask for them over loopback. Programs are
 * installed now if they have to be: a test that asks has seconds, an installation takes a minute.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.getProvidedContext().testServers !== undefined) return undefined
  const redis = lazy(openRedis)
  const mysql = lazy(openMysql)
  for (const [given, software] of [
    [process.env.SESS_TEST_REDIS_URL, redisSoftware],
    [process.env.SESS_TEST_MYSQL_URL, mariadbSoftware],
  ] as const) {
    // What cannot be had is missed by the test that asks for it, and said there.
    if (!given) await findProgram(software).catch(() => {})
  }

  const answers = {
    '/redis': async () => (await redis.get()).url,
    '/database': async () => await (await mysql.get()).database(),
  }
  const server = createServer((request, response) => {
    const answer = Object.entries(answers).find(([path]) => path === request.url)?.[1]
    Promise.resolve(answer?.() ?? Promise.reject(new Error(`There is no ${request.url}.`))).then(
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
    for (const one of [redis, mysql]) await (await one.opened())?.stop()
  }
}

interface Lazy<Value> {
  get(): Promise<Value>
  /** The value if somebody has asked for it and it could be had. */
  opened(): Promise<Value | undefined>
}

function lazy<Value>(open: () => Promise<Value>): Lazy<Value> {
  let opening: Promise<Value> | undefined
  return {
    get() {
      opening ??= open()
      return opening
    },
    async opened() {
      return await opening?.catch(() => undefined)
    },
  }
}
