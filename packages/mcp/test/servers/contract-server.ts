import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  ResultSchema,
} from '@modelcontextprotocol/sdk/types.js'

const objectSchema = { type: 'object' as const }
const names = ['echo', 'fails', 'throws', 'slow', 'progress', 'structured', 'grow', 'stats', 'big', 'ask-back', 'leave']

/** The server that the driver contract runs against: small, with three pages of everything. */
export function contractServer(): Server {
  const server = new Server(
    { name: 'contract', version: '1.2.3' },
    {
      capabilities: { tools: { listChanged: true }, resources: {}, prompts: {} },
      instructions: 'Use it well.',
    },
  )
  const stats = { calls: 0, cancelled: 0 }
  const tools = names.map((name) => ({ name, description: `The tool ${name}`, inputSchema: objectSchema }))

  server.setRequestHandler(ListToolsRequestSchema, async ({ params }) => page('tools', tools, params?.cursor))
  server.setRequestHandler(ListResourcesRequestSchema, async ({ params }) => {
    const resources = ['a', 'b', 'c'].map((name) => ({ uri: `test://${name}`, name, mimeType: 'text/plain' }))
    return page('resources', resources, params?.cursor)
  })
  server.setRequestHandler(ListPromptsRequestSchema, async ({ params }) => {
    return page('prompts', [{ name: 'greet', arguments: [{ name: 'who', required: true }] }], params?.cursor)
  })
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
    return { contents: [{ uri: params.uri, mimeType: 'text/plain', text: `text of ${params.uri}` }] }
  })
  server.setRequestHandler(GetPromptRequestSchema, async ({ params }) => {
    const text = `Hello ${params.arguments?.who}`
    return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
  })
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    stats.calls += 1
    const input = params.arguments ?? {}
    switch (params.name) {
      case 'echo':
        return said(String(input.text))
      case 'fails':
        return { ...said('it did not work'), isError: true }
      case 'slow': {
        const isDone = await pause(Number(input.ms), extra.signal)
        if (!isDone) stats.cancelled += 1
        return said('done')
      }
      case 'progress':
        for (let step = 1; step <= Number(input.steps); step++) {
          await pause(Number(input.everyMs), extra.signal)
          const progressToken = extra._meta?.progressToken
          if (progressToken === undefined) continue
          const progress = { progressToken, progress: step, total: Number(input.steps), message: `step ${step}` }
          await extra.sendNotification({ method: 'notifications/progress', params: progress })
        }
        return said('done')
      case 'structured':
        return { ...said('{"sum":3}'), structuredContent: { sum: 3 } }
      case 'grow':
        tools.push({ name: 'grown', description: 'It is new', inputSchema: objectSchema })
        await server.sendToolListChanged()
        return said('grown')
      case 'stats':
        return { ...said(''), structuredContent: { ...stats } }
      case 'big':
        return said('x'.repeat(Number(input.bytes)))
      case 'ask-back':
        return said(await refusedRequest(server, String(input.method)))
      case 'leave':
        setTimeout(() => void server.close(), 10)
        return said('leaving')
      default:
        throw new Error('secret words of the server')
    }
  })
  return server
}

function said(text: string): { content: { type: 'text'; text: string }[] } {
  return { content: [{ type: 'text', text }] }
}

function page<Key extends string, Entry>(key: Key, entries: Entry[], cursor = '0'): Record<string, unknown> {
  const size = Math.ceil(entries.length / 3)
  const start = Number(cursor)
  const nextCursor = start + size < entries.length ? { nextCursor: String(start + size) } : {}
  return { [key]: entries.slice(start, start + size), ...nextCursor }
}

/** @returns whether the time passed before the request was cancelled. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal })
    return true
  } catch {
    return false
  }
}

/** What the client says to a request that it has not offered to answer. */
async function refusedRequest(server: Server, method: string): Promise<string> {
  return await server.request({ method } as never, ResultSchema, { timeout: 2_000 }).then(
    () => 'answered',
    (error: { code: number }) => `refused with ${error.code}`,
  )
}
