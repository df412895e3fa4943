import { dockerSharesNetwork } from './docker.ts'
import type { Program } from './find-program.ts'
import { findRedis } from './redis.ts'

/** Redis for servers that call one another by port. Docker gives them one network only on Linux. */
export async function findRedisForGroup(): Promise<Program> {
  const program = await findRedis()
  if ('image' in program && !dockerSharesNetwork) {
    throw new Error('A group of Redis servers needs redis-server on PATH: this Docker gives each its own network.')
  }
  return program
}

/** Resolves once the condition holds. It may throw while the servers are not up to it. */
export async function until(what: string, withinMs: number, condition: () => Promise<boolean>): Promise<void> {
  const giveUp = AbortSignal.timeout(withinMs)
  let last: unknown
  while (!giveUp.aborted) {
    try {
      if (await condition()) return
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${what} took longer than ${withinMs} ms.`, { cause: last })
}
