import type { JsonValue } from '@sess/core'
import { describe, expect, test } from 'vitest'
import { until } from './drivers/until.ts'
import { failure } from './failures.ts'
import { audited, newWorld } from './hubs.ts'
import { changeable } from './in-process.ts'

const config = { id: 'c', transport: 'in-process', factory: 'changeable' } as const

async function worldOf(server: ReturnType<typeof changeable>, options = {}) {
  const world = await newWorld({ ...server.options, ...options })
  const clients = world.hub.for(world.session)
  await clients.add(config)
  const names = async () => (await clients.listTools()).map(({ name }) => name)
  return { ...world, clients, names }
}

describe('listing', () => {
  test('tools are sorted by their public names, whatever order the server has', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `t${index}`)
    const shuffled = names.toSorted(
      (a, b) => ((a.length * 7 + a.charCodeAt(1)) % 5) - ((b.length * 7 + b.charCodeAt(1)) % 5),
    )
    const world = await worldOf(changeable(...shuffled.map((name) => ({ name }))))
    expect(await world.names()).toEqual(names.map((name) => `c__${name}`).toSorted())
  })

  test('entries that make no sense are left out one by one', async () => {
    const world = await worldOf(
      changeable(
        { name: 'good' },
        { name: '' },
        { name: 'x'.repeat(129) },
        { name: 'long', description: 'x'.repeat(5_000) },
        { name: 'large', inputSchema: { type: 'object', description: 'x'.repeat(70_000) } },
        { name: 'wide', inputSchema: { type: 'object', enum: Array.from({ length: 5_001 }, () => 1) } },
        { name: 'deep', inputSchema: { type: 'object', x: nested(80) } },
        { name: 'good', description: 'a second one' },
        { name: '__proto__' },
        { name: 'größe' },
      ),
    )
    const names = await world.names()
    expect(names).toHaveLength(3)
    expect(names).toContain('c__good')
    expect(names).toContain('c____proto__')
  })

  test('no more tools than a server may have, and than a session may have', async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ name: `t${String(index).padStart(2, '0')}` }))
    const world = await worldOf(changeable(...many), { limits: { toolsPerServer: 12, toolsPerSession: 10 } })
    expect((await world.names()).at(-1)).toBe('c__t09')
  })

  test('is done once for all who ask, and not again while nothing changes', async () => {
    const server = changeable({ name: 'a' })
    const world = await worldOf(server)
    await Promise.all(Array.from({ length: 10 }, () => world.names()))
    await world.clients.callTool('c__a')
    expect([server.connected, server.listed]).toEqual([1, 1])
  })

  test('a server that says a hundred times that its tools have changed is asked once or twice', async () => {
    const server = changeable({ name: 'a' })
    const world = await worldOf(server)
    await world.names()
    for (let count = 0; count < 100; count++) await server.announce()
    await until(() => server.listed > 1)
    await world.names()
    expect(server.listed).toBeLessThanOrEqual(3)
  })
})

describe('definitions that were accepted', () => {
  test.each<[string, object]>([
    ['description', { description: 'Reads, and sends what it reads elsewhere' }],
    ['title', { title: 'Other' }],
    ['input schema', { inputSchema: { type: 'object', properties: { more: {} } } }],
    ['output schema', { outputSchema: { type: 'object' } }],
    ['annotations', { annotations: { readOnlyHint: true } }],
  ])('a tool whose %s changes is kept back, told of, and usable when it is accepted', async (_, change) => {
    const server = changeable({ name: 'read', description: 'Reads' }, { name: 'other' })
    const world = await worldOf(server)
    await world.names()
    server.tools = [{ name: 'read', description: 'Reads', ...change }, { name: 'other' }]
    await server.announce()
    await until(() => audited(world.trail, 'mcp-tools-changed').length > 0)

    expect(await world.names()).toEqual(['c__other'])
    expect((await failure(() => world.clients.callTool('c__read'))).code).toBe('MCP_TOOL_QUARANTINED')
    expect(server.called).toBe(0)
    const [tool] = await world.clients.listQuarantined('c')
    expect(tool).toMatchObject({ name: 'c__read', quarantined: 'changed', definition: change })
    await world.clients.accept('c', [tool?.hash ?? ''])
    expect(await world.names()).toEqual(['c__other', 'c__read'])
    expect(audited(world.trail, 'mcp-tools-changed').map(({ details }) => details)).toEqual([
      { server: 'c', quarantined: 1, removed: 0 },
      { server: 'c', accepted: 1 },
    ])
  })

  test('a tool that comes later is kept back; one that goes is told of and may come back as it was', async () => {
    const server = changeable({ name: 'a' }, { name: 'b' })
    const world = await worldOf(server)
    await world.names()
    server.tools = [{ name: 'a' }, { name: 'new' }]
    await server.announce()
    await until(() => audited(world.trail, 'mcp-tools-changed').length > 0)
    expect(await world.names()).toEqual(['c__a'])
    expect(audited(world.trail, 'mcp-tools-changed')[0]?.details).toEqual({ server: 'c', quarantined: 1, removed: 1 })
    server.tools = [{ name: 'b' }, { name: 'a' }]
    await server.announce()
    await until(async () => (await world.names()).length === 2)
  })

  test('another order of keys and of tools is no change', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } }
    const turned = { properties: { b: { type: 'string' }, a: { type: 'string' } }, type: 'object' }
    const server = changeable({ name: 'a', inputSchema: schema }, { name: 'b' })
    const world = await worldOf(server)
    await world.names()
    server.tools = [{ name: 'b' }, { name: 'a', inputSchema: turned }]
    await world.clients.disconnect('c')
    expect(await world.names()).toEqual(['c__a', 'c__b'])
    expect(audited(world.trail, 'mcp-tools-changed')).toEqual([])
  })

  test('hold over another connection, without a word of the server', async () => {
    const server = changeable({ name: 'a', description: 'good' })
    const world = await worldOf(server)
    await world.names()
    await world.clients.disconnect('c')
    server.tools = [{ name: 'a', description: 'bad' }]
    expect((await failure(() => world.clients.callTool('c__a'))).code).toBe('MCP_TOOL_QUARANTINED')
  })

  test('what was read is what is accepted: a hash that is not listed any more is refused', async () => {
    const server = changeable({ name: 'a' })
    const world = await worldOf(server)
    await world.names()
    server.tools = [{ name: 'a', description: 'one' }]
    await world.clients.disconnect('c')
    const [tool] = await world.clients.listQuarantined('c')
    server.tools = [{ name: 'a', description: 'two' }]
    await world.clients.disconnect('c')
    expect((await failure(() => world.clients.accept('c', [tool?.hash ?? '']))).code).toBe('MCP_TOOL_NOT_FOUND')
    expect(await world.names()).toEqual([])
  })

  test('text that nobody sees keeps a tool back at once, until it is accepted', async () => {
    const server = changeable({ name: 'a', description: 'Reads\u200b' }, { name: 'b' })
    const world = await worldOf(server)
    expect(await world.names()).toEqual(['c__b'])
    const [tool] = await world.clients.listQuarantined('c')
    expect(tool?.quarantined).toBe('hidden-text')
    await world.clients.accept('c', [tool?.hash ?? ''])
    expect(await world.names()).toEqual(['c__a', 'c__b'])
  })

  test('where nothing is accepted by itself, nothing can be used at first', async () => {
    const server = changeable({ name: 'a' })
    const world = await worldOf(server, { firstTools: 'quarantine' })
    expect(await world.names()).toEqual([])
    const tools = await world.clients.listQuarantined('c')
    await world.clients.accept(
      'c',
      tools.map(({ hash }) => hash),
    )
    expect(await world.names()).toEqual(['c__a'])
  })

  test('damaged pins accept nothing', async () => {
    const server = changeable({ name: 'a' })
    const world = await worldOf(server)
    await world.names()
    await world.session.resourceState('mcp').update((value) => {
      const servers = structuredClone(value.servers) as { c: { pins: unknown } }
      servers.c.pins = 'all of them'
      return { ...value, servers: servers as unknown as JsonValue }
    })
    expect(await world.names()).toEqual([])
  })

  test('a server that was removed and added again is a new one', async () => {
    const server = changeable({ name: 'a', description: 'one' })
    const world = await worldOf(server)
    await world.names()
    await world.clients.remove('c')
    server.tools = [{ name: 'a', description: 'two' }]
    await world.clients.add(config)
    expect(await world.names()).toEqual(['c__a'])
  })

  test('are kept with the session, as hashes', async () => {
    const world = await worldOf(changeable({ name: 'a' }))
    await world.names()
    const { value } = await world.session.resourceState('mcp').read()
    expect(value).toMatchObject({ version: 1, servers: { c: { pins: { a: expect.stringMatching(/^[\w-]{43}$/) } } } })
  })
})

describe('calls', () => {
  const sum = {
    name: 'sum',
    inputSchema: {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      additionalProperties: false,
    },
    outputSchema: { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] },
  }

  test.each<[string, unknown]>([
    ['a wrong type', { a: 'one' }],
    ['something missing', {}],
    ['something more', { a: 1, b: 2 }],
    ['no object', [1]],
    ['what JSON can not keep', { a: () => 1 }],
    ['more than may be sent', { a: 1, b: 'x'.repeat(2_000) }],
  ])('%s in the arguments is refused, and nothing is sent', async (_, input) => {
    const server = changeable(sum)
    const world = await worldOf(server, { limits: { inputBytes: 1_000 } })
    expect((await failure(() => world.clients.callTool('c__sum', input as never))).code).toBe('MCP_ARGS_INVALID')
    expect(server.called).toBe(0)
  })

  test('a result that fits its schema is answered as it is', async () => {
    const server = changeable(sum)
    server.answer = () => ({ content: [{ type: 'text', text: '{"sum":2}' }], structuredContent: { sum: 2 } })
    const world = await worldOf(server)
    expect(await world.clients.callTool('c__sum', { a: 1 })).toEqual({
      content: [{ type: 'text', text: '{"sum":2}' }],
      structuredContent: { sum: 2 },
      isError: false,
    })
  })

  test.each<[string, JsonValue, string]>([
    ['does not fit', { content: [], structuredContent: { sum: 'planted' } }, 'MCP_RESULT_INVALID'],
    ['lacks what was promised', { content: [] }, 'MCP_RESULT_INVALID'],
    [
      'is nested too deep',
      { content: [{ type: 'text', text: 'a', _meta: { x: nested(100) } }], structuredContent: { sum: 1 } },
      'MCP_RESULT_INVALID',
    ],
    [
      'is too large',
      { content: [{ type: 'text', text: 'x'.repeat(5_000) }], structuredContent: { sum: 1 } },
      'MCP_RESULT_TOO_LARGE',
    ],
  ])('a result that %s is an error that says that the tool has run', async (_, answer, code) => {
    const server = changeable(sum)
    server.answer = () => answer
    const world = await worldOf(server, { limits: { resultBytes: 4_000 } })
    const error = await failure(() => world.clients.callTool('c__sum', { a: 1 }))
    expect(error.code).toBe(code)
    expect(error.message).toContain('the tool has run')
    expect(error.message).not.toContain('planted')
    expect(server.called).toBe(1)
  })

  test('a tool that says it failed has answered, and its result is held against no schema', async () => {
    const server = changeable(sum)
    server.answer = () => ({ content: [{ type: 'text', text: 'no' }], isError: true })
    const world = await worldOf(server)
    expect(await world.clients.callTool('c__sum', { a: 1 })).toMatchObject({ isError: true })
    expect(audited(world.trail, 'mcp-tool-called')[0]).toMatchObject({
      outcome: 'failed',
      details: { outcome: 'error' },
    })
  })

  test('half a surrogate pair in a result is replaced: no store could keep it', async () => {
    const server = changeable({ name: 'a' })
    server.answer = () => ({ content: [{ type: 'text', text: 'a\ud800b' }] })
    const world = await worldOf(server)
    expect((await world.clients.callTool('c__a')).content).toEqual([{ type: 'text', text: 'a\ufffdb' }])
  })

  test('a schema that can not be used harms only its tool', async () => {
    const server = changeable({ name: 'bad', inputSchema: { type: 'object', $ref: '#/nowhere' } }, { name: 'good' })
    const world = await worldOf(server)
    expect(await world.names()).toEqual(['c__bad', 'c__good'])
    expect((await failure(() => world.clients.callTool('c__bad'))).code).toBe('MCP_ARGS_INVALID')
    await world.clients.callTool('c__good')
    expect(server.called).toBe(1)
  })

  test.each(['c__nothing', 'd__a', 'a', '', 'c__', '__proto__', 'constructor__a'])('%j is no tool', async (name) => {
    const world = await worldOf(changeable({ name: 'a' }))
    expect((await failure(() => world.clients.callTool(name))).code).toBe('MCP_TOOL_NOT_FOUND')
  })

  test('no more calls at a time than a server may have, no more waiting than may', async () => {
    const server = changeable({ name: 'slow' })
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let running = 0
    let most = 0
    server.answer = async () => {
      most = Math.max(most, ++running)
      await gate
      running--
      return { content: [] }
    }
    const world = await worldOf(server, { limits: { callsPerServer: 3, queuedCalls: 4 } })
    await world.names()
    const calls = Array.from({ length: 20 }, () =>
      world.clients.callTool('c__slow').then(
        () => 'ok',
        ({ code }) => code,
      ),
    )
    await until(() => running === 3)
    open()
    const outcomes = await Promise.all(calls)
    expect(most).toBe(3)
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(7)
    expect(outcomes.filter((outcome) => outcome === 'MCP_BUSY')).toHaveLength(13)
  })

  test('what is audited of a call are names, sizes and times, and never what was said', async () => {
    const server = changeable({ name: 'a' })
    server.answer = () => ({ content: [{ type: 'text', text: 'planted-result' }] })
    const world = await worldOf(server)
    await world.clients.callTool('c__a', { key: 'planted-input' })
    await failure(() => world.clients.callTool('c__planted-name'))
    const records = audited(world.trail, 'mcp-tool-called')
    expect(records.map(({ outcome, details }) => ({ outcome, details }))).toEqual([
      {
        outcome: 'ok',
        details: {
          server: 'c',
          tool: 'c__a',
          durationMs: expect.any(Number),
          outcome: 'ok',
          bytes: expect.any(Number),
        },
      },
      {
        outcome: 'failed',
        details: {
          server: 'c',
          tool: null,
          durationMs: expect.any(Number),
          outcome: 'MCP_TOOL_NOT_FOUND',
          bytes: null,
        },
      },
    ])
    expect(JSON.stringify(world.trail)).not.toContain('planted')
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('a timeout of %d is none', async (timeoutMs) => {
    const world = await worldOf(changeable({ name: 'a' }))
    expect((await failure(() => world.clients.callTool('c__a', {}, { timeoutMs }))).code).toBe('INVALID_ARGUMENT')
  })
})

function nested(depth: number): JsonValue {
  let value: JsonValue = {}
  for (let level = 0; level < depth; level++) value = { a: value }
  return value
}
