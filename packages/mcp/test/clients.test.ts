import { type JsonObject, SessionManager } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, onTestFinished, test } from 'vitest'
import { McpHub, type McpHubOptions } from '../src/index.ts'
import { until } from './drivers/until.ts'
import { failure } from './failures.ts'
import { ada, audited, everything, memory, newWorld, program } from './hubs.ts'
import { changeable } from './in-process.ts'
import { contractServer } from './servers/contract-server.ts'
import { streamableHost } from './servers/http-host.ts'
import { serverProgram } from './servers/server-program.ts'
import { folderAt } from './session-task.ts'

const inProcess = (id: string) => ({ id, transport: 'in-process', factory: 'changeable' }) as const

describe('adding and removing', () => {
  test('servers are listed in the order they were added, and nothing is connected by it', async () => {
    const { hub, session, trail } = await newWorld(changeable().options)
    const clients = hub.for(session)
    for (const id of ['b', 'a']) await clients.add(inProcess(id))
    expect((await clients.list()).map(({ id, state, generation }) => [id, state, generation])).toEqual([
      ['b', 'configured', 0],
      ['a', 'configured', 0],
    ])
    expect(await clients.get('a')).toMatchObject({ config: inProcess('a'), failure: null, server: null })
    expect(trail.transitions).toEqual([])
    expect(audited(trail, 'mcp-client-added').map(({ details }) => details)).toEqual([
      { server: 'b', transport: 'in-process' },
      { server: 'a', transport: 'in-process' },
    ])
  })

  test.each<[string, string, object]>([
    ['a program without a rule', 'MCP_POLICY_DENIED', { transport: 'stdio', command: 'bash' }],
    [
      'a program with other arguments',
      'MCP_POLICY_DENIED',
      { transport: 'stdio', command: 'node', args: ['-e', 'code'] },
    ],
    [
      'a dangerous variable',
      'MCP_POLICY_DENIED',
      { transport: 'stdio', command: 'node', env: { NODE_OPTIONS: '-r x' } },
    ],
    ['a factory that is unknown', 'MCP_FACTORY_MISSING', { transport: 'in-process', factory: 'nobody' }],
    [
      'OAuth where there is none',
      'MCP_CONFIG_INVALID',
      { transport: 'http', url: 'https://a.example', auth: { type: 'oauth', provider: 'a' } },
    ],
    ['a secret', 'MCP_SECRET_INLINE', { transport: 'stdio', command: 'node', env: { API_KEY: 'planted' } }],
    ['an unknown transport', 'MCP_CONFIG_INVALID', { transport: 'smoke' }],
  ])('%s is refused and not kept', async (_, code, config) => {
    const { hub, session } = await newWorld()
    expect((await failure(() => hub.for(session).add({ id: 'a', ...config } as never))).code).toBe(code)
    expect(await hub.for(session).list()).toEqual([])
  })

  test('an id is taken once, also if two add it at the same time', async () => {
    const { hub, session } = await newWorld(changeable().options)
    const clients = hub.for(session)
    const outcomes = await Promise.all(
      [1, 2, 3].map(() =>
        clients.add(inProcess('a')).then(
          () => 'ok',
          ({ code }) => code,
        ),
      ),
    )
    expect(outcomes.toSorted()).toEqual(['MCP_SERVER_EXISTS', 'MCP_SERVER_EXISTS', 'ok'])
  })

  test('no more servers than a session may have', async () => {
    const { hub, session } = await newWorld({ ...changeable().options, limits: { serversPerSession: 2 } })
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    await clients.add(inProcess('b'))
    expect(await failure(() => clients.add(inProcess('c')))).toMatchObject({
      code: 'MCP_LIMIT',
      details: { limit: 2, unit: 'servers' },
    })
  })

  test('no more configuration than a record may hold', async () => {
    const { hub, session } = await newWorld(changeable().options, { limits: { bytesPerField: 2_000 } })
    const options = { note: 'x'.repeat(1_500) }
    await hub.for(session).add({ ...inProcess('a'), options })
    expect((await failure(() => hub.for(session).add({ ...inProcess('b'), options }))).code).toBe('MCP_LIMIT')
    expect(await hub.for(session).list()).toHaveLength(1)
  })

  test('what is not there can not be got, and removing it says so', async () => {
    const { hub, session, trail } = await newWorld()
    const clients = hub.for(session)
    for (const work of [
      () => clients.get('a'),
      () => clients.connect('a'),
      () => clients.disconnect('a'),
      () => clients.accept('a', []),
      () => clients.readResource('a', 'b'),
      () => clients.getPrompt('a', 'b'),
    ])
      expect((await failure(work)).code).toBe('MCP_SERVER_NOT_FOUND')
    expect(await clients.remove('a')).toBe(false)
    expect(audited(trail, 'mcp-client-removed')).toEqual([])
  })

  test('a required server is connected when it is added, and not kept if that fails', async () => {
    const { hub, session, trail } = await newWorld()
    const clients = hub.for(session)
    const missing = {
      id: 'a',
      transport: 'stdio',
      command: 'node',
      args: ['/missing/server.js'],
      required: true,
    } as const
    expect(await failure(() => clients.add(missing))).toMatchObject({
      code: 'MCP_REQUIRED_FAILED',
      details: { server: 'a' },
    })
    expect(await clients.list()).toEqual([])
    expect(audited(trail, 'mcp-client-added')).toEqual([])
  })

  test.each<[string, object]>([
    ['an option that is unknown', { comands: [] }],
    ['a limit that is unknown', { limits: { servers: 1 } }],
    ['a limit of nothing', { limits: { toolsPerServer: 0 } }],
    ['a timeout of NaN', { timeouts: { callMs: Number.NaN } }],
    ['a timeout below nothing', { timeouts: { connectMs: -1 } }],
    ['a timeout that no timer keeps', { timeouts: { idleMs: 2 ** 31 } }],
    ['never to connect', { timeouts: { connectMs: null } }],
  ])('%s is refused by the hub', async (_, options) => {
    expect((await failure(() => new McpHub(options as McpHubOptions))).code).toBe('INVALID_ARGUMENT')
  })
})

describe('states', () => {
  test('each step is told once, and each try has a number of its own', async () => {
    const { hub, session, trail } = await newWorld(changeable({ name: 'a' }).options)
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    await clients.listTools()
    const { generation, state, server } = await clients.get('a')
    expect([state, server]).toEqual([
      'ready',
      { name: 'changeable', version: '1.0.0', protocolVersion: expect.any(String) },
    ])
    await clients.disconnect('a')
    await clients.connect('a')
    expect((await clients.get('a')).generation).toBeGreaterThan(generation)
    await clients.remove('a')
    expect(trail.transitions).toEqual([
      ...['configured → connecting', 'connecting → ready', 'ready → configured'],
      ...['configured → connecting', 'connecting → ready', 'ready → closed'],
    ])
    expect(audited(trail, 'mcp-client-connected')).toHaveLength(2)
    expect(audited(trail, 'mcp-client-removed')).toHaveLength(1)
  })

  test('a server that is killed is connected again by itself, and a call in between waits for it', async () => {
    const { hub, session, trail } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('c', await serverProgram('contract-stdio')))
    await clients.callTool('c__echo', { text: 'before' })
    await clients.callTool('c__leave').catch(() => {})
    await until(() => trail.transitions.includes('ready → reconnecting'))
    expect((await clients.callTool('c__echo', { text: 'after' })).content).toEqual([{ type: 'text', text: 'after' }])
    expect(trail.transitions.slice(2)).toEqual(['ready → reconnecting', 'reconnecting → ready'])
    expect(audited(trail, 'mcp-client-failed')[0]?.details).toMatchObject({ server: 'c', code: 'MCP_NOT_CONNECTED' })
  })

  test('a server that can not be reached fails, is left alone for a moment, and is tried again when it is asked for', async () => {
    const { hub, session, trail } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('a', '/missing/server.js'))
    const first = await failure(() => clients.callTool('a__b'))
    expect((await failure(() => clients.callTool('a__b'))).code).toBe(first.code)
    expect(trail.transitions).toEqual(['configured → connecting', 'connecting → failed'])
    expect(await clients.get('a')).toMatchObject({ state: 'failed', failure: { code: first.code } })
    await failure(() => clients.connect('a'))
    expect(trail.transitions).toHaveLength(4)
    expect(await clients.listTools()).toEqual([])
  })

  test('one that fails keeps no other from being listed, unless it is required', async () => {
    const server = changeable({ name: 'a' })
    const { hub, session } = await newWorld(server.options)
    const clients = hub.for(session)
    await clients.add(program('bad', '/missing/server.js'))
    await clients.add(inProcess('good'))
    expect((await clients.listTools()).map(({ name }) => name)).toEqual(['good__a'])
    await clients.remove('good')
    await clients.add({ ...inProcess('good'), required: true })
    server.options.factories &&
      Object.assign(server.options.factories, { changeable: () => Promise.reject(new Error('planted')) })
    await clients.disconnect('good')
    expect(await failure(() => clients.listTools())).toMatchObject({
      code: 'MCP_REQUIRED_FAILED',
      details: { server: 'good' },
    })
  })

  test('a connection without use is given back, and made again by the next use', async () => {
    const server = changeable({ name: 'a' })
    const { hub, session, trail } = await newWorld({ ...server.options, timeouts: { idleMs: 30 } })
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    await clients.listTools()
    await until(() => trail.transitions.includes('ready → configured'))
    await clients.callTool('a__a')
    expect(server.connected).toBe(2)
  })

  test('a connection is not idle while a call runs', async () => {
    const server = changeable({ name: 'slow' })
    server.answer = () => new Promise((resolve) => setTimeout(() => resolve({ content: [] }), 200))
    const { hub, session, trail } = await newWorld({ ...server.options, timeouts: { idleMs: 20 } })
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    await clients.callTool('a__slow')
    expect(trail.transitions).toEqual(['configured → connecting', 'connecting → ready'])
  })
})

describe('races', () => {
  test('ten uses at once connect once', async () => {
    const server = changeable({ name: 'a' })
    const { hub, session } = await newWorld(server.options)
    await hub.for(session).add(inProcess('a'))
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? hub.for(session).listTools() : hub.for(session).callTool('a__a'),
      ),
    )
    expect(server.connected).toBe(1)
  })

  test('connecting a slow server delays no other call on the session', async () => {
    const slow = await serverProgram('slow-start')
    const server = changeable({ name: 'a' })
    const { hub, session } = await newWorld(server.options)
    const clients = hub.for(session)
    await clients.add(program('slow', slow, '700'))
    await clients.add(inProcess('fast'))
    await clients.callTool('fast__a')
    let isConnected = false
    const connecting = clients.connect('slow').then(() => {
      isConnected = true
    })
    await session.context.set('a', 1)
    await session.createChat()
    await clients.callTool('fast__a')
    await clients.list()
    await clients.add(inProcess('third'))
    await clients.remove('third')
    expect(isConnected).toBe(false)
    await connecting
  })

  test('closing wins over a connection under way, and no process is left', async () => {
    const { hub, session, manager, trail } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('a', await serverProgram('hanging'), 'initialize'))
    const connecting = failure(() => clients.connect('a'))
    await until(() => trail.transitions.length === 1)
    await session.close()
    expect(['MCP_CLOSED', 'SESSION_CLOSED']).toContain((await connecting).code)
    expect(trail.transitions.at(-1)).toBe('connecting → closed')
    await manager.close()
  })

  test('disconnecting stops a connection under way, and the next use may begin another one', async () => {
    const { hub, session, trail } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('a', await serverProgram('hanging'), 'initialize'))
    const connecting = failure(() => clients.connect('a'))
    await until(() => trail.transitions.length === 1)
    await clients.disconnect('a')
    expect((await connecting).code).toBe('MCP_CLOSED')
    expect((await clients.get('a')).state).toBe('configured')
  })

  test('removing during a call leaves its outcome unknown, and the rest usable', async () => {
    const server = changeable({ name: 'hang' })
    server.answer = () => new Promise(() => {})
    const { hub, session } = await newWorld(server.options)
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    const calling = failure(() => clients.callTool('a__hang'))
    await until(() => server.called === 1)
    expect(await clients.remove('a')).toBe(true)
    expect((await calling).code).toBe('MCP_OUTCOME_UNKNOWN')
    expect(await clients.list()).toEqual([])
    await clients.add(inProcess('a'))
  })

  test('closing a session with eight servers that hang takes no longer than one may', async () => {
    const { hub, session } = await newWorld({ timeouts: { closeMs: 3_000 } })
    const clients = hub.for(session)
    const hanging = await serverProgram('hanging')
    const ids = Array.from({ length: 8 }, (_, index) => `s${index}`)
    for (const id of ids) await clients.add(program(id, hanging, 'close'))
    await Promise.all(ids.map((id) => clients.connect(id)))
    const startedAt = performance.now()
    await session.close()
    expect(performance.now() - startedAt).toBeLessThan(6_000)
  }, 60_000)

  test('a client whose end is not answered is removed all the same, and the audit says so', async () => {
    const host = await streamableHost(contractServer, 0, ({ method }) => method === 'DELETE')
    onTestFinished(() => host.close())
    const { hub, session, trail } = await newWorld({ http: { loopback: 'allow' }, timeouts: { closeMs: 50 } })
    const clients = hub.for(session)
    await clients.add({ id: 'a', transport: 'http', url: host.url.href })
    await clients.connect('a')
    expect(await clients.remove('a')).toBe(true)
    expect(await clients.list()).toEqual([])
    expect(audited(trail, 'mcp-client-removed')).toMatchObject([{ outcome: 'failed', details: { server: 'a' } }])
  })
})

describe('the end of a session', () => {
  test('a closed session takes no server, and uses none', async () => {
    const { hub, session } = await newWorld(changeable({ name: 'a' }).options)
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    await clients.listTools()
    await session.close()
    for (const work of [
      () => clients.add(inProcess('b')),
      () => clients.listTools(),
      () => clients.callTool('a__a'),
      () => clients.list(),
      () => clients.connect('a'),
    ])
      expect((await failure(work)).code).toBe('SESSION_CLOSED')
  })

  test('an archived one neither, until it is restored; a paused one does', async () => {
    const { hub, session } = await newWorld(changeable({ name: 'a' }).options)
    const clients = hub.for(session)
    await clients.add(inProcess('a'))
    await session.pause()
    await clients.callTool('a__a')
    await session.archive()
    expect((await failure(() => clients.callTool('a__a'))).code).toBe('SESSION_ARCHIVED')
    await session.restore()
    await session.resume()
    await clients.callTool('a__a')
  })

  test.each<[string, (world: Awaited<ReturnType<typeof newWorld>>) => Promise<unknown>]>([
    ['closing', ({ session }) => session.close()],
    ['deleting', ({ session }) => session.delete()],
    [
      'expiry',
      async ({ session, manager }) => {
        await session.extendTtl(1)
        await until(async () => (await manager.sweep()).expired === 1)
      },
    ],
    ['closing the manager', ({ manager }) => manager.close()],
  ])('%s ends what the session holds', async (_, end) => {
    const world = await newWorld()
    const clients = world.hub.for(world.session)
    await clients.add(program('memory', memory))
    await clients.add(program('everything', everything, 'stdio'))
    await clients.listTools()
    await end(world)
    expect(world.trail.transitions.slice(-2)).toEqual(['ready → closed', 'ready → closed'])
  })

  test('the clients of a session that another process closed are ended by the next use', async () => {
    const store = new MemoryStore()
    const server = changeable({ name: 'a' })
    const hubs = [new McpHub(server.options), new McpHub(server.options)]
    const managers = hubs.map(
      (hub) =>
        new SessionManager({ store, closeStore: false, cleanup: false, resources: [folderAt('/'), hub], tools: hub }),
    )
    onTestFinished(async () => {
      for (const manager of managers) await manager.close()
    })
    const [here, there] = managers
    const mine = await here?.for(ada).createSession()
    const theirs = await there?.for(ada).getSession(mine?.id ?? '')
    if (mine === undefined || theirs === undefined) throw new Error('no session')
    await hubs[0]?.for(mine).add(inProcess('a'))
    await hubs[1]?.for(theirs).callTool('a__a')
    await mine.close()
    expect((await failure(() => hubs[1]?.for(theirs).callTool('a__a'))).code).toBe('SESSION_CLOSED')
  })

  test('a server that another process removed is gone here too, and its client ended', async () => {
    const server = changeable({ name: 'a' })
    const { hub, session, trail } = await newWorld(server.options)
    await hub.for(session).add(inProcess('a'))
    await hub.for(session).listTools()
    await session.resourceState('mcp').update((): JsonObject => ({ version: 1, servers: {} }))
    expect((await failure(() => hub.for(session).callTool('a__a'))).code).toBe('MCP_TOOL_NOT_FOUND')
    expect(trail.transitions.at(-1)).toBe('ready → closed')
  })

  test("another owner's session gives nothing away", async () => {
    const { hub, session, manager } = await newWorld(changeable({ name: 'a' }).options)
    await hub.for(session).add(inProcess('a'))
    const eve = manager.for({ orgId: 'acme', userId: 'eve' })
    expect((await failure(() => eve.getSession(session.id))).code).toBe('SESSION_NOT_FOUND')
    const own = await eve.createSession()
    expect(await hub.for(own).list()).toEqual([])
    expect(await hub.for(own).listTools()).toEqual([])
  })

  test('what a later version kept is refused, and not overwritten', async () => {
    const { hub, session } = await newWorld(changeable().options)
    await session.resourceState('mcp').update((): JsonObject => ({ version: 2, servers: {} }))
    expect((await failure(() => hub.for(session).add(inProcess('a')))).code).toBe('MCP_CONFIG_INVALID')
    expect((await session.resourceState('mcp').read()).value.version).toBe(2)
  })
})
