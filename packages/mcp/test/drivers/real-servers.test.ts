import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { McpConnection, McpEndpoint } from '@sess/mcp'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { sdkDriver } from '../../src/driver/sdk-driver.ts'
import { guardedFetch } from '../../src/http/guarded-fetch.ts'
import { failure } from './failure.ts'
import { until } from './until.ts'

const { resolve } = createRequire(import.meta.url)
const everything = resolve('@modelcontextprotocol/server-everything/dist/index.js')
const filesystem = resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const memory = resolve('@modelcontextprotocol/server-memory/dist/index.js')

const call = { timeoutMs: 20_000, totalTimeoutMs: 20_000 } as const
const guarded = guardedFetch({ loopback: 'allow' })
const folder = mkdtempSync(join(tmpdir(), 'real-servers-'))
const hosts: ChildProcess[] = []

afterAll(async () => {
  for (const host of hosts) {
    const exited = once(host, 'exit')
    host.kill('SIGKILL')
    await exited
  }
  rmSync(folder, { recursive: true, force: true })
})

async function connect(endpoint: McpEndpoint): Promise<McpConnection> {
  const connection = await sdkDriver().connect(endpoint, { timeoutMs: 30_000 })
  onTestFinished(async () => await connection.close())
  return connection
}

function stdio(program: string, args: readonly string[] = [], env: Record<string, string> = {}): McpEndpoint {
  return { transport: 'stdio', command: process.execPath, args: [program, ...args], env, cwd: folder }
}

/** Starts `server-everything` as a server of its own. */
async function everythingAt(kind: 'streamableHttp' | 'sse'): Promise<URL> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  const host = spawn(process.execPath, [everything, kind], { env: { PORT: String(port) }, stdio: 'ignore' })
  hosts.push(host)
  const url = new URL(`http://127.0.0.1:${port}/${kind === 'sse' ? 'sse' : 'mcp'}`)
  await until(async () => await accepts(port), 25_000)
  return url
}

/** Whether somebody listens. A request would already be a session of the SSE server. */
async function accepts(port: number): Promise<boolean> {
  const socket = connectSocket(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

describe('servers of others', { timeout: 60_000 }, () => {
  it.each(['stdio', 'http', 'sse'] as const)('server-everything over %s', async (transport) => {
    const endpoint =
      transport === 'stdio'
        ? stdio(everything, ['stdio'])
        : {
            transport,
            url: await everythingAt(transport === 'sse' ? 'sse' : 'streamableHttp'),
            headers: {},
            fetch: guarded.fetch,
          }
    const connection = await connect(endpoint)
    const tools = await connection.listTools(call)
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['echo', 'get-sum', 'get-env']))
    expect((await connection.callTool('echo', { message: 'grüße' }, call)).content[0]?.text).toContain('grüße')
    const steps: number[] = []
    const options = { ...call, onProgress: ({ progress }: { progress: number }) => steps.push(progress) }
    await connection.callTool('trigger-long-running-operation', { duration: 0.3, steps: 3 }, options)
    expect(steps).toEqual([1, 2, 3])
    expect((await connection.listResources(call)).length).toBeGreaterThan(0)
    expect((await connection.listPrompts(call)).length).toBeGreaterThan(0)
    const running = failure(connection.callTool('trigger-long-running-operation', { duration: 60, steps: 2 }, call))
    await connection.listTools(call)
    await connection.close()
    expect(await running).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
  })

  it('server-everything sees the environment that was given', async () => {
    const connection = await connect(stdio(everything, ['stdio'], { GIVEN: 'yes' }))
    const { content } = await connection.callTool('get-env', {}, call)
    expect(JSON.parse(String(content[0]?.text))).toEqual({ GIVEN: 'yes' })
  })

  it('server-filesystem stays in its folder', async () => {
    writeFileSync(join(folder, 'note.txt'), 'hello')
    const connection = await connect(stdio(filesystem, [folder]))
    const read = await connection.callTool('read_text_file', { path: join(folder, 'note.txt') }, call)
    expect(read.content[0]?.text).toBe('hello')
    const refused = await connection.callTool('read_text_file', { path: '/etc/hostname' }, call)
    expect(refused.isError).toBe(true)
  })

  it('server-memory keeps what it was told for the next connection', async () => {
    const env = { MEMORY_FILE_PATH: join(folder, 'memory.json') }
    const one = await connect(stdio(memory, [], env))
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes programs'] }]
    await one.callTool('create_entities', { entities }, call)
    await one.close()
    const other = await connect(stdio(memory, [], env))
    const graph = await other.callTool('read_graph', {}, call)
    expect(graph.structuredContent).toMatchObject({ entities: [{ name: 'Ada' }] })
  })
})
