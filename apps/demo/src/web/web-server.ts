import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { ChosenAgent } from '../chosen-agent.ts'
import { dataFolder } from './data-folder.ts'
import { webApp } from './web-app.ts'
import { webManager } from './web-manager.ts'

export interface WebServerOptions {
  readonly agent: ChosenAgent
  /** The built page. */
  readonly pageFolder: string
  /** @default 4747, or another one if that is taken */
  readonly port?: number | undefined
  readonly store?: string | undefined
  /** Where workspaces and the audit log are. @default see {@link dataFolder} */
  readonly data?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The demo, while it runs. */
export interface WebServer {
  readonly url: string
  readonly store: string
  /** Stops answers (what they said is kept), ends streams, closes the store and everything else. Closing again waits for the first. */
  close(): Promise<void>
}

const usualPort = 4747

/** Opens the store and listens on loopback. @throws what keeps it from that, after cleaning up. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { agent, pageFolder } = options
  const environment = { ...options.environment, ...(options.store && { SESSION_STORE_TYPE: options.store }) }
  const folder = dataFolder(options.data, environment.SESSION_STORE_TYPE || 'memory')
  try {
    const parts = await webManager(agent, folder.path, environment)
    const server = createAdaptorServer({ fetch: webApp(parts, pageFolder).fetch }) as Server
    await listen(server, options.port).catch(async (error: unknown) => {
      await parts.manager.close()
      throw error
    })
    const { port } = server.address() as AddressInfo
    const close = async (): Promise<void> => {
      const closed = once(server, 'close')
      server.close()
      // Pages are told how their answers ended, and their streams end.
      await parts.manager.close()
      await parts.audit.log.close()
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 500).unref()
      await closed
      folder.dispose()
    }
    let ended: Promise<void> | null = null
    return {
      url: `http://127.0.0.1:${port}/`,
      store: parts.store,
      close: () => {
        ended ??= close()
        return ended
      },
    }
  } catch (error) {
    folder.dispose()
    throw error
  }
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  try {
    server.listen(port ?? usualPort, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    if (port !== undefined || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
}
