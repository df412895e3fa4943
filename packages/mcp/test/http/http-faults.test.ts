import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpEndpoint, McpConnection } from '@sess/mcp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HttpLink } from '../../src/driver/http-link.ts'
import { sdkDriver } from '../../src/driver/sdk-driver.ts'
import { guardedFetch } from '../../src/http/guarded-fetch.ts'
import { failure } from '../drivers/failure.ts'
import { until } from '../drivers/until.ts'
import { contractServer } from '../servers/contract-server.ts'
import { listen, sseHost, stop, streamableHost } from '../servers/http-host.ts'

const call = { timeoutMs: 10_000, totalTimeoutMs: 10_000 } as const
const guarded = guardedFetch({ loopback: 'allow' })

interface Message {
  readonly id?: number
  readonly method?: string
}
type Answer = (response: ServerResponse, message: Message, request: IncomingMessage) => void

interface FaultHost {
  readonly endpoint: HttpEndpoint
  /** How often each method of MCP, or of HTTP without one, was asked for. */
  readonly counts: Record<string, number>
  stop(): Promise<void>
}

/** A server that initialises a session properly unless told otherwise, and answers the rest as the test says. */
async function faultHost(answers: { readonly [method: string]: Answer }): Promise<FaultHost> {
  const counts: Record<string, number> = {}
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const message = (chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {}) as Message
    const method = message.method ?? String(request.method)
    counts[method] = (counts[method] ?? 0) + 1
    const answer = answers[method] ?? usual[method] ?? ((other: ServerResponse) => void other.writeHead(405).end())
    answer(response, message, request)
  })
  await listen(server)
  let isStopped = false
  const stopOnce = async (): Promise<void> => {
    if (!isStopped) await stop(server)
    isStopped = true
  }
  onTestFinished(stopOnce)
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  return { endpoint: { transport: 'http', url, headers: {}, fetch: guarded.fetch }, counts, stop: stopOnce }
}

const serverInfo = { name: 'fault', version: '1' }
const usual: { readonly [method: string]: Answer } = {
  initialize: (response, { id }) => {
    const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo }
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  },
  'notifications/initialized': (response) => void response.writeHead(202).end(),
  'notifications/cancelled': (response) => void response.writeHead(202).end(),
  DELETE: (response) => void response.writeHead(200).end(),
}

function status(code: number, text = ''): Answer {
  return (response) => void response.writeHead(code).end(text)
}

async function connect(endpoint: HttpEndpoint): Promise<McpConnection> {
  const connection = await sdkDriver().connect(endpoint, { timeoutMs: 10_000 })
  onTestFinished(async () => await connection.close())
  return connection
}

async function connectFailure(endpoint: HttpEndpoint, timeoutMs = 10_000): Promise<unknown> {
  return await failure(sdkDriver().connect(endpoint, { timeoutMs }))
}

describe('http: what can go wrong while connecting', { timeout: 20_000 }, () => {
  it.each([400, 404, 405, 409, 429, 500, 502, 503])('HTTP %i is MCP_CONNECT_FAILED', async (code) => {
    const { endpoint, counts } = await faultHost({ initialize: status(code, 'secret words') })
    const error = await connectFailure(endpoint)
    expect(error).toMatchObject({
      code: 'MCP_CONNECT_FAILED',
      details: { reason: `the server answered with HTTP ${code}` },
    })
    expect(`${error}${JSON.stringify(error)}`).not.toContain('secret words')
    expect(counts.initialize).toBe(1)
  })

  it.each([401, 403])('HTTP %i is MCP_AUTH_REQUIRED', async (code) => {
    const { endpoint } = await faultHost({ initialize: status(code) })
    expect(await connectFailure(endpoint)).toMatchObject({ code: 'MCP_AUTH_REQUIRED' })
  })

  it.each([
    ['a page of HTML', 'text/html', '<html>Welcome</html>'],
    ['JSON that is cut off', 'application/json', '{"jsonrpc":"2.0","id":0,"resu'],
    ['JSON that is not MCP', 'application/json', '{"hello":"world"}'],
  ])('%s is MCP_PROTOCOL', async (_, type, text) => {
    const { endpoint } = await faultHost({
      initialize: (response) => void response.writeHead(200, { 'content-type': type }).end(text),
    })
    expect(await connectFailure(endpoint)).toMatchObject({ code: 'MCP_PROTOCOL' })
  })

  it('another version of the protocol is MCP_PROTOCOL, and its session is deleted', async () => {
    const { endpoint, counts } = await faultHost({
      initialize: (response, { id }) => {
        const result = { protocolVersion: '2001-01-01', capabilities: {}, serverInfo }
        response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' })
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
      },
    })
    expect(await connectFailure(endpoint)).toMatchObject({
      code: 'MCP_PROTOCOL',
      details: { reason: 'it speaks version 2001-01-01' },
    })
    expect(counts.DELETE).toBe(1)
  })

  it('no answer is MCP_CONNECT_TIMEOUT', async () => {
    const { endpoint } = await faultHost({ initialize: () => {} })
    expect(await connectFailure(endpoint, 100)).toMatchObject({ code: 'MCP_CONNECT_TIMEOUT' })
  })

  it('nobody there, no such name: MCP_CONNECT_FAILED', async () => {
    const host = await faultHost({})
    await host.stop()
    expect(await connectFailure(host.endpoint)).toMatchObject({
      code: 'MCP_CONNECT_FAILED',
      details: { reason: expect.stringContaining('ECONNREFUSED') },
    })
    const endpoint = { ...host.endpoint, url: new URL('https://no-such-name.invalid/mcp') }
    expect(await connectFailure(endpoint)).toMatchObject({ code: 'MCP_CONNECT_FAILED' })
  })

  it('a redirect, or an address that is not allowed, is MCP_POLICY_DENIED', async () => {
    const { endpoint } = await faultHost({
      initialize: (response) => void response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
    })
    expect(await connectFailure(endpoint)).toMatchObject({ code: 'MCP_POLICY_DENIED' })
    const metadata = { ...endpoint, url: new URL('https://169.254.169.254/mcp') }
    expect(await connectFailure(metadata)).toMatchObject({ code: 'MCP_POLICY_DENIED' })
  })

  it('headers that can not be sent are MCP_CONFIG_INVALID', async () => {
    const { endpoint, counts } = await faultHost({})
    const error = await connectFailure({ ...endpoint, headers: { authorization: 'a\r\nb' } })
    expect(error).toMatchObject({ code: 'MCP_CONFIG_INVALID', details: { field: 'headers.authorization' } })
    expect(counts).toEqual({})
  })
})

describe('http: what can go wrong in a call', { timeout: 20_000 }, () => {
  it.each([
    [400, 'bad', 'MCP_PROTOCOL'],
    [400, 'Bad Request: No valid session ID provided', 'MCP_SESSION_LOST'],
    [401, '', 'MCP_AUTH_REQUIRED'],
    [403, '', 'MCP_AUTH_REQUIRED'],
    [404, '', 'MCP_SESSION_LOST'],
    [405, '', 'MCP_PROTOCOL'],
    [409, '', 'MCP_PROTOCOL'],
    [429, '', 'MCP_PROTOCOL'],
    [500, '', 'MCP_OUTCOME_UNKNOWN'],
    [502, '', 'MCP_OUTCOME_UNKNOWN'],
    [503, '', 'MCP_OUTCOME_UNKNOWN'],
  ])('HTTP %i %s is %s, asked for once', async (code, text, expected) => {
    const { endpoint, counts } = await faultHost({ 'tools/call': status(code, text) })
    const connection = await connect(endpoint)
    expect(await failure(connection.callTool('do', {}, call))).toMatchObject({ code: expected })
    expect(counts['tools/call']).toBe(1)
    if (expected === 'MCP_OUTCOME_UNKNOWN') await until(() => counts['notifications/cancelled'] === 1)
    else expect(counts['notifications/cancelled']).toBeUndefined()
    if (expected === 'MCP_SESSION_LOST') expect(await connection.ended).toMatchObject({ by: 'server' })
  })

  it.each<[string, Answer]>([
    ['the connection is cut before the headers', (response) => void response.destroy()],
    [
      'the connection is cut in the body',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"jsonrpc"')
        setTimeout(() => response.destroy(), 20)
      },
    ],
    [
      'the stream ends without an answer',
      (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': hello\n\n'),
    ],
    [
      'the stream is cut',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
        setTimeout(() => response.destroy(), 20)
      },
    ],
    [
      'the answer is a page of HTML',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    [
      'the answer is cut off',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0",'),
    ],
  ])('%s: MCP_OUTCOME_UNKNOWN at once, asked for once', async (_, answer) => {
    const { endpoint, counts } = await faultHost({ 'tools/call': answer })
    const connection = await connect(endpoint)
    const error = await failure(connection.callTool('do', {}, { timeoutMs: 60_000, totalTimeoutMs: 60_000 }))
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN', details: { tool: 'do' } })
    expect(counts['tools/call']).toBe(1)
  })

  it.each<[string, Answer]>([
    ['before the headers', () => {}],
    ['in the body', (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{')],
    [
      'in the stream',
      (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': x\n\n'),
    ],
  ])('silence %s: MCP_OUTCOME_UNKNOWN in time, cancelled, and the request is given up', async (_, answer) => {
    let isClosed: Promise<void> | undefined
    const { endpoint, counts } = await faultHost({
      'tools/call': (response, message, request) => {
        isClosed = new Promise((resolve) => response.on('close', resolve))
        answer(response, message, request)
      },
    })
    const connection = await connect(endpoint)
    const error = await failure(connection.callTool('do', {}, { timeoutMs: 100, totalTimeoutMs: 100 }))
    expect(error).toMatchObject({
      code: 'MCP_OUTCOME_UNKNOWN',
      details: { reason: 'there was no answer within 100 ms' },
    })
    await isClosed
    await until(() => (counts['notifications/cancelled'] ?? 0) >= 1)
  })

  it('60 MiB of an answer are cut off, and the next call works', async () => {
    const big = 'x'.repeat(60 * 1_048_576)
    let isFirst = true
    const { endpoint } = await faultHost({
      'tools/call': (response, { id }) => {
        const result = { content: [{ type: 'text', text: isFirst ? big : 'small' }] }
        isFirst = false
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
      },
    })
    const connection = await connect(endpoint)
    expect(await failure(connection.callTool('do', {}, call))).toMatchObject({ code: 'MCP_RESULT_TOO_LARGE' })
    expect((await connection.callTool('do', {}, call)).content[0]?.text).toBe('small')
  })

  it('a server that is gone: nothing was sent, MCP_NOT_CONNECTED', async () => {
    const host = await faultHost({})
    const connection = await connect(host.endpoint)
    await host.stop()
    expect(await failure(connection.callTool('do', {}, call))).toMatchObject({ code: 'MCP_NOT_CONNECTED' })
  })

  it('a server that was started anew on its port: MCP_SESSION_LOST, and the connection is over', async () => {
    const host = await streamableHost(contractServer)
    const connection = await connect({ transport: 'http', url: host.url, headers: {}, fetch: guarded.fetch })
    await host.close()
    const next = await streamableHost(contractServer, Number(host.url.port))
    onTestFinished(next.close)
    expect(await failure(connection.callTool('echo', { text: 'x' }, call))).toMatchObject({ code: 'MCP_SESSION_LOST' })
    expect(await connection.ended).toMatchObject({ by: 'server' })
    expect(next.sessions()).toBe(0)
  })

  it('an event stream that can not be had again ends the connection', async () => {
    let streams = 0
    const { endpoint } = await faultHost({
      GET: (response) => {
        streams += 1
        if (streams > 1) response.writeHead(500).end()
        else response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 20\n\n')
      },
    })
    const connection = await connect(endpoint)
    expect(await connection.ended).toMatchObject({ by: 'server', reason: expect.stringContaining('stream') })
  })

  it('sse: a stream that ends ends the connection', async () => {
    const host = await sseHost(contractServer)
    const connection = await connect({ transport: 'sse', url: host.url, headers: {}, fetch: guarded.fetch })
    await host.close()
    expect(await connection.ended).toMatchObject({ by: 'server' })
  })

  it('close deletes the session, waits two seconds for it at most, and never fails', async () => {
    const { endpoint, counts } = await faultHost({ DELETE: () => {} })
    const connection = await connect(endpoint)
    await connection.close()
    expect(counts.DELETE).toBe(1)
  })

  it('configured headers go to the server, and to no other origin', async () => {
    const seen: (string | undefined)[] = []
    const note: Answer = (response, _, request) => {
      seen.push(request.headers['x-key'] as string | undefined)
      response.writeHead(200).end()
    }
    const [ours, other] = [await faultHost({ GET: note }), await faultHost({ GET: note })]
    const link = new HttpLink({ ...ours.endpoint, headers: { 'x-key': 'secret' } }, () => {})
    await link.fetch(ours.endpoint.url)
    await link.fetch(other.endpoint.url)
    expect(seen).toEqual(['secret', undefined])
  })
})
