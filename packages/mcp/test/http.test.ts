import { describe, expect, onTestFinished, test } from 'vitest'
import { McpHub } from '../src/index.ts'
import { failure } from './failures.ts'
import { audited, newWorld } from './hubs.ts'
import { contractServer } from './servers/contract-server.ts'
import { type HttpHost, sseHost, streamableHost } from './servers/http-host.ts'

const loopback = { http: { loopback: 'allow' } } as const

async function hostOf(open: typeof streamableHost, port = 0): Promise<HttpHost> {
  const host = await open(contractServer, port)
  onTestFinished(() => host.close())
  return host
}

describe.each([
  ['http', streamableHost],
  ['sse', sseHost],
] as const)('a server over %s', (transport, open) => {
  test('is used, and knows no session any more when ours has ended', async () => {
    const host = await hostOf(open)
    const { hub, session } = await newWorld(loopback)
    await hub.for(session).add({ id: 'web', transport, url: host.url.href })
    expect((await hub.for(session).callTool('web__echo', { text: 'hi' })).content).toEqual([
      { type: 'text', text: 'hi' },
    ])
    expect(host.sessions()).toBe(1)
    await session.close()
    await expect.poll(() => host.sessions(), { timeout: 10_000 }).toBe(0)
  })
})

test('a server that was started anew has forgotten the session: the call is sent again, once, over another one', async () => {
  const first = await hostOf(streamableHost)
  const { hub, session, trail } = await newWorld(loopback)
  const clients = hub.for(session)
  await clients.add({ id: 'web', transport: 'http', url: first.url.href })
  await clients.callTool('web__echo', { text: 'a' })
  await first.close()
  await hostOf(streamableHost, Number(first.url.port))
  // By the time this is answered, it is known here as well that the connections from before are over.
  await fetch(first.url)
  expect((await clients.callTool('web__echo', { text: 'b' })).content).toEqual([{ type: 'text', text: 'b' }])
  expect((await clients.callTool('web__stats')).structuredContent).toMatchObject({ calls: 2 })
  expect(audited(trail, 'mcp-tool-called').map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok'])
})

describe('addresses', () => {
  test.each([
    'http://127.0.0.1:1/',
    'https://127.0.0.1/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/',
    'http://mcp.example.com/',
  ])('%s is refused when it is added', async (url) => {
    const { hub, session } = await newWorld()
    const error = await failure(() => hub.for(session).add({ id: 'web', transport: 'http', url }))
    expect(error).toMatchObject({ code: 'MCP_POLICY_DENIED', details: { server: 'web' } })
    expect(await hub.for(session).list()).toEqual([])
  })

  test('one that a reference leads to is refused when it connects', async () => {
    const { hub, session } = await newWorld({ secrets: () => '127.0.0.1:1' })
    await hub.for(session).add({ id: 'web', transport: 'http', url: `https://\${env:HOST}/mcp` })
    expect((await failure(() => hub.for(session).connect('web'))).code).toBe('MCP_POLICY_DENIED')
  })
})

test('a bearer token is looked up for the owner of the session, and goes with every request', async () => {
  const seen = new Set<string | undefined>()
  const host = await streamableHost(contractServer, 0, (request) => {
    seen.add(request.headers.authorization)
    return false
  })
  onTestFinished(() => host.close())
  const { hub, session } = await newWorld({ ...loopback, secrets: ({ name, owner }) => `${name}.${owner.userId}` })
  const auth = { type: 'bearer', token: `\${vault:web}` } as const
  await hub.for(session).add({ id: 'web', transport: 'http', url: host.url.href, auth })
  await hub.for(session).callTool('web__echo', { text: 'hi' })
  expect([...seen]).toEqual(['Bearer web.ada'])
})

test('OAuth needs a provider, and it is asked for the owner of the session', async () => {
  const asked: unknown[] = []
  const { hub, session } = await newWorld({
    ...loopback,
    oauth: (provider, context) => {
      asked.push([provider, context])
      return null
    },
  })
  await hub
    .for(session)
    .add({ id: 'web', transport: 'http', url: 'http://127.0.0.1:1/', auth: { type: 'oauth', provider: 'acme' } })
  expect((await failure(() => hub.for(session).connect('web'))).code).toBe('MCP_AUTH_REQUIRED')
  expect(asked).toEqual([['acme', { owner: { orgId: 'acme', userId: 'ada' }, sessionId: session.id, server: 'web' }]])
  expect((await failure(() => new McpHub({ http: { allowedNetworks: ['x'] } }))).code).toBe('INVALID_ARGUMENT')
})
