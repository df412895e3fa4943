import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below this, a port's cluster bus (port + 10,000) is below the ports that Linux gives to outgoing connections. */
export const lastClusterPort = 22_700

const firstPort = 20_000
const lastPort = 29_999

const given = new Set<number>()

/**
 * A loopback port that nobody listens on, and that this process gives to nobody else.
 *
 * Processes start at different places of the range, so two that look at the same moment seldom find the same port. They
 * can: a server that finds its port taken has to ask for another.
 */
export async function freePort(below: number = lastPort + 1): Promise<number> {
  const range = below - firstPort
  const start = (process.pid * 101) % range
  for (let step = 0; step < range; step++) {
    const port = firstPort + ((start + step) % range)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
  throw new Error(`There is no free port between ${firstPort} and ${below}.`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
