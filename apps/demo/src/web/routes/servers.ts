import { invalidArgument } from '@sess/core'
import { type ClientInfo, importServers, type McpHub } from '@sess/mcp'
import { Hono } from 'hono'
import { z } from 'zod'
import { demoServers } from '../../demo-tools.ts'
import { sessionIn } from '../in-path.ts'
import { bodyOf } from '../request-body.ts'
import type { SignedIn } from '../signed-in.ts'
import type { ServerView, ToolView } from '../views.ts'
import type { WebParts } from '../web-parts.ts'

/** The MCP servers of a session and their tools. */
export function serverRoutes({ hub }: Pick<WebParts, 'hub'>): Hono<SignedIn> {
  return new Hono<SignedIn>()
    .get('/', async (c) => c.json(await listed(hub, await sessionIn(c))))
    .get('/tools', async (c) => {
      const tools = await hub.for(await sessionIn(c)).listTools()
      return c.json(
        tools.map(({ name, server, definition }): ToolView => {
          return { name, server, description: definition.description ?? '' }
        }),
      )
    })
    .post('/', async (c) => {
      const wanted = await bodyOf(
        c,
        z.union([z.object({ ready: z.string() }), z.object({ json: z.string().max(16_384) })]),
      )
      const session = await sessionIn(c)
      const servers = 'json' in wanted ? importServers(wanted.json).servers : demoServers(wanted.ready)
      if (servers.length === 0) throw invalidArgument('ready', 'must name a server of the demo')
      for (const server of servers) await hub.for(session).add(server)
      return c.json(await listed(hub, session), 201)
    })
    .delete('/:server', async (c) => {
      const session = await sessionIn(c)
      await hub.for(session).remove(c.req.param('server'))
      return c.json(await listed(hub, session))
    })
}

async function listed(hub: McpHub, session: Parameters<McpHub['for']>[0]): Promise<readonly ServerView[]> {
  return (await hub.for(session).list()).map(serverView)
}

function serverView({ id, config, state, failure }: ClientInfo): ServerView {
  return { id, transport: config.transport, target: targetOf(config), state, failure: failure?.reason ?? null }
}

/** Where the server is; of programs the names, for their folders say nothing. */
function targetOf(config: ClientInfo['config']): string {
  if ('url' in config) return config.url
  if (!('command' in config)) return config.transport
  return [config.command, ...(config.args ?? [])]
    .map((word) => word.replace(/^\/.*(?:node_modules|bin)\//, ''))
    .join(' ')
}
