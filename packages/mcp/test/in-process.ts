import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject, JsonValue } from '@sess/core'
import type { InProcessServer, McpHubOptions, McpTool } from '../src/index.ts'

/** A server in this process whose tools a test can change while it runs. */
export interface Changeable {
  tools: Partial<McpTool>[]
  /** What a tool answers. */
  answer: (name: string, input: JsonObject) => Promise<JsonValue> | JsonValue
  /** Tells all connections that the tools have changed. */
  announce(): Promise<void>
  /** How often it was connected, and asked for its tools. */
  connected: number
  listed: number
  called: number
}

export function changeable(...tools: Partial<McpTool>[]): Changeable & { readonly options: McpHubOptions } {
  const servers: Server[] = []
  const state: Changeable = {
    tools: tools.map(withSchema),
    answer: (name) => ({ content: [{ type: 'text', text: `answer of ${name}` }] }),
    announce: async () => {
      await Promise.all(servers.map((server) => server.sendToolListChanged()))
    },
    connected: 0,
    listed: 0,
    called: 0,
  }
  const make = (): InProcessServer => {
    state.connected += 1
    const server = new Server(
      { name: 'changeable', version: '1.0.0' },
      { capabilities: { tools: { listChanged: true } } },
    )
    server.setRequestHandler(ListToolsRequestSchema, async () => {
      state.listed += 1
      return { tools: state.tools.map(withSchema) as never }
    })
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      state.called += 1
      return (await state.answer(params.name, (params.arguments ?? {}) as JsonObject)) as never
    })
    servers.push(server)
    return server as unknown as InProcessServer
  }
  return Object.assign(state, { options: { factories: { changeable: make } } })
}

function withSchema(tool: Partial<McpTool>): Partial<McpTool> {
  return { inputSchema: { type: 'object' }, ...tool }
}
