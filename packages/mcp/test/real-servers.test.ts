import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SessError, SessionManager } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test, vi } from 'vitest'
import { environmentSecrets, McpHub } from '../src/index.ts'
import { failure } from './failures.ts'
import { audited, everything, filesystem, memory, newWorld, program } from './hubs.ts'
import { folderAt, programRules } from './session-task.ts'

const workspace = `\${session:workspace}`

describe('server-filesystem on the session’s workspace', () => {
  test('lists its tools, writes and reads there, and gets no further', async () => {
    const { hub, session, folder } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('files', filesystem, workspace))
    const tools = await clients.listTools()
    expect(tools.length).toBeGreaterThanOrEqual(12)
    expect(tools.map(({ name }) => name)).toContain('files__write_file')
    expect(tools.find(({ name }) => name === 'files__read_text_file')?.definition.annotations).toMatchObject({
      readOnlyHint: true,
    })

    const path = join(folder, 'note.txt')
    expect(await clients.callTool('files__write_file', { path, content: 'Hello' })).toMatchObject({ isError: false })
    expect(await readFile(path, 'utf8')).toBe('Hello')
    const read = await clients.callTool('files__read_text_file', { path })
    expect(read.content).toMatchObject([{ type: 'text', text: 'Hello' }])
    const outside = await clients.callTool('files__read_text_file', { path: '/etc/hostname' })
    expect(outside.isError).toBe(true)
  })

  test('an agent uses it in a turn, and calls and results are messages', async () => {
    const world = await newWorld()
    await writeFile(join(world.folder, 'a.txt'), 'A')
    const manager = new SessionManager({
      store: new MemoryStore(),
      cleanup: false,
      resources: [folderAt(world.folder), world.hub],
      tools: world.hub,
      agent: async ({ tools, workspacePath }) => {
        const listed = await tools.list()
        const { output } = await tools.call('files__list_directory', { path: workspacePath })
        return `${listed.length > 0} ${JSON.stringify(output)}`
      },
    })
    const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
    await world.hub.for(session).add(program('files', filesystem, workspace))
    const reply = await session.sendMessage('What is there?')
    expect(reply.text).toContain('true ')
    expect(reply.text).toContain('a.txt')
    expect((await session.getMessages()).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
    await manager.close()
  })
})

describe('server-memory', () => {
  test('keeps what it was told in the workspace, over another connection too', async () => {
    const { hub, session, folder } = await newWorld()
    const clients = hub.for(session)
    await clients.add({ ...program('memory', memory), env: { MEMORY_FILE_PATH: `${workspace}/memory.jsonl` } })
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['likes engines'] }]
    await clients.callTool('memory__create_entities', { entities })
    await clients.disconnect('memory')
    const { structuredContent } = await clients.callTool('memory__search_nodes', { query: 'engines' })
    expect(structuredContent).toMatchObject({ entities })
    expect(await readFile(join(folder, 'memory.jsonl'), 'utf8')).toContain('likes engines')
  })
})

describe('server-everything', () => {
  test('tools, structured content, resources and prompts', async () => {
    const { hub, session } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('all', everything, 'stdio'))
    expect((await clients.callTool('all__echo', { message: 'Hello' })).content).toEqual([
      { type: 'text', text: 'Echo: Hello' },
    ])
    expect(
      (await clients.callTool('all__get-structured-content', { location: 'Chicago' })).structuredContent,
    ).toMatchObject({
      temperature: expect.any(Number),
    })
    const [resource] = await clients.listResources('all')
    expect(await clients.readResource('all', resource?.uri ?? '')).toMatchObject({ contents: [{ uri: resource?.uri }] })
    const prompts = await clients.listPrompts('all')
    expect(prompts.map(({ name }) => name)).toContain('simple-prompt')
    expect(await clients.getPrompt('all', 'simple-prompt')).toMatchObject({ messages: [{ role: 'user' }] })
    expect((await failure(() => clients.readResource('all', 'nowhere://x'))).code).toBe('MCP_PROTOCOL')
  })

  test('progress keeps a call alive past its timeout', async () => {
    const { hub, session } = await newWorld()
    const clients = hub.for(session)
    await clients.add(program('all', everything, 'stdio'))
    await clients.listTools()
    const steps: number[] = []
    const result = await clients.callTool(
      'all__trigger-long-running-operation',
      { duration: 3, steps: 6 },
      { timeoutMs: 1_500, onProgress: ({ progress }) => steps.push(progress) },
    )
    expect(result.isError).toBe(false)
    expect(steps.length).toBeGreaterThan(3)
  })

  test('twenty secrets of this process reach no program, and those that are meant for it no error, log, audit or store', async () => {
    const planted = Array.from(
      { length: 20 },
      (_, index) => [`PLANTED_SECRET_${index}`, `planted-value-${index}`] as const,
    )
    for (const [name, value] of planted) vi.stubEnv(name, value)
    const logged: unknown[] = []
    const log = (...args: unknown[]) => void logged.push(args)
    const { hub, session, trail } = await newWorld({
      secrets: environmentSecrets(['PLANTED_SECRET_0']),
      http: { loopback: 'allow' },
      logger: { debug: log, info: log, warn: log, error: log },
    })
    vi.stubEnv('PLANTED_SECRET_0', 'planted-value-0')
    const clients = hub.for(session)
    await clients.add({ ...program('all', everything, 'stdio'), env: { GIVEN: `\${env:PLANTED_SECRET_0}` } })
    const { content } = await clients.callTool('all__get-env')
    const seen = JSON.stringify(content)
    expect(seen).toContain('planted-value-0')
    for (const [, value] of planted.slice(1)) expect(seen).not.toContain(`"${value}\\"`)
    expect(seen).not.toContain('PLANTED_SECRET')

    await clients.add({ ...program('bad', '/missing.js'), env: { GIVEN: `\${env:PLANTED_SECRET_0}` } })
    await clients.add({
      id: 'none',
      transport: 'http',
      url: 'https://127.0.0.1:1/',
      auth: { type: 'bearer', token: `\${env:PLANTED_SECRET_0}` },
    })
    await clients.add({
      id: 'other',
      transport: 'http',
      url: 'https://127.0.0.1:1/',
      auth: { type: 'bearer', token: `\${env:PLANTED_SECRET_1}` },
    })
    const errors: SessError[] = []
    for (const id of ['bad', 'none', 'other']) errors.push(await failure(() => clients.connect(id)))
    expect(errors.at(-1)?.code).toBe('MCP_SECRET_UNRESOLVED')
    const told = JSON.stringify([
      errors,
      errors.map(({ message, details, cause }) => [message, details, `${cause}`]),
      logged,
      trail,
      await session.resourceState('mcp').read(),
      await clients.list(),
    ])
    expect(told).not.toContain('planted-value')
    vi.unstubAllEnvs()
  })
})

test('secrets are looked up for the owner of the session, anew with each connection', async () => {
  const asked: unknown[] = []
  const { hub, session } = await newWorld({
    secrets: (request) => {
      asked.push(request)
      return `number ${asked.length}`
    },
  })
  const clients = hub.for(session)
  await clients.add({ ...program('all', everything, 'stdio'), env: { NUMBER: `\${vault:a/b}` } })
  expect(JSON.stringify(await clients.callTool('all__get-env'))).toContain('number 1')
  await clients.disconnect('all')
  expect(JSON.stringify(await clients.callTool('all__get-env'))).toContain('number 2')
  const owner = { orgId: 'acme', userId: 'ada' }
  expect(asked[0]).toEqual({ source: 'vault', name: 'a/b', owner, sessionId: session.id, server: 'all' })
})

test('three servers at once, each with its own tools', async () => {
  const { hub, session, trail, folder } = await newWorld()
  await mkdir(join(folder, 'sub'))
  const clients = hub.for(session)
  await clients.add(program('files', filesystem, workspace))
  await clients.add(program('memory', memory))
  await clients.add(program('all', everything, 'stdio'))
  const names = (await clients.listTools()).map(({ name }) => name)
  expect(new Set(names.map((name) => name.split('__')[0]))).toEqual(new Set(['files', 'memory', 'all']))
  expect(names).toEqual(names.toSorted())
  expect(audited(trail, 'mcp-client-connected')).toHaveLength(3)
})

test('a program of a session without a workspace is not started, unless there is another folder for it', async () => {
  for (const [options, code] of [
    [{}, 'MCP_POLICY_DENIED'],
    [{ workingDirectory: '/' }, null],
  ] as const) {
    const hub = new McpHub({ commands: programRules, ...options })
    const manager = new SessionManager({ store: new MemoryStore(), cleanup: false, resources: [hub], tools: hub })
    const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
    await hub.for(session).add(program('all', everything, 'stdio'))
    const outcome = await hub
      .for(session)
      .connect('all')
      .then(
        () => null,
        (error) => error.code,
      )
    expect(outcome).toBe(code)
    await manager.close()
  }
})
