import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SessionManager, type Store } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { McpHub } from '../src/index.ts'
import { bundleWithSources } from './bundle-with-sources.ts'
import { until } from './drivers/until.ts'
import { failure } from './failures.ts'
import { ada, program } from './hubs.ts'
import { serverProgram } from './servers/server-program.ts'
import { folderAt, ledgerTools, programRules } from './session-task.ts'
import { openStore, type StoreAt } from './stores.ts'

const places = {
  redis: async () => await sharedRedis(inject('testServers')),
  mysql: async () => await sharedDatabase(inject('testServers')),
}

async function ledgerIn(folder: string) {
  const file = join(folder, 'ledger.txt')
  const lines = async (): Promise<readonly string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  return { server: program('ledger', await serverProgram('ledger'), `\${session:workspace}/ledger.txt`), lines }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sess-restore-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function managerOn(store: Store, folder: string) {
  const hub = new McpHub({ commands: programRules })
  const manager = new SessionManager({
    store,
    cleanup: false,
    resources: [folderAt(folder), hub],
    tools: hub,
    turns: { leaseMs: 1_000, renewMs: 300 },
    agent: async ({ tools, messages }) => {
      const { output } = await tools.call(ledgerTools.pay)
      return JSON.stringify([output, messages.at(-2)?.content])
    },
  })
  onTestFinished(() => manager.close())
  return { hub, manager }
}

describe.each(['redis', 'mysql'] as const)('a process that is killed in the middle of a call, on %s', (kind) => {
  test('another one restores the clients, closes the call as unknown, and sends nothing again', async () => {
    const folder = await newFolder()
    const { server, lines } = await ledgerIn(folder)
    const at: StoreAt = { kind, url: await places[kind](), prefix: `t${randomBytes(5).toString('hex')}_` }
    const killed = await start(await bundleWithSources('session-program'))
    killed.send({ store: at, folder, servers: [server] })
    const [ids] = (await once(killed, 'message')) as [{ sessionId: string; chatId: string }]
    await until(async () => (await lines()).length === 1)
    killed.kill('SIGKILL')
    await once(killed, 'close')

    const { hub, manager } = managerOn(openStore(at), folder)
    const session = await manager.for(ada).getSession(ids.sessionId)
    expect(await hub.for(session).list()).toMatchObject([{ id: 'ledger', state: 'configured' }])
    const reply = await (await session.getChat(ids.chatId)).sendMessage('And now?')
    const [output, before] = JSON.parse(reply.text)
    expect(output).toBe('paid')
    expect(before).toMatchObject([
      {
        type: 'tool-result',
        name: ledgerTools.hang,
        isError: true,
        synthetic: true,
        output: { error: expect.stringContaining('unknown') },
      },
    ])
    expect((await lines()).filter((line) => line !== 'cancelled')).toEqual(['pay-and-hang', 'pay'])
    expect(await hub.for(session).list()).toMatchObject([{ id: 'ledger', state: 'ready' }])
  }, 60_000)
})

test('on the memory store, another manager restores the clients of one that is gone', async () => {
  const folder = await newFolder()
  const { server, lines } = await ledgerIn(folder)
  const store = new MemoryStore()
  const first = managerOn(store, folder)
  const session = await first.manager.for(ada).createSession()
  await first.hub.for(session).add(server)
  await first.hub.for(session).callTool(ledgerTools.pay)
  const second = managerOn(store, folder)
  const there = await second.manager.for(ada).getSession(session.id)
  await second.hub.for(there).callTool(ledgerTools.pay)
  expect(await lines()).toEqual(['pay', 'pay'])
})

describe('what was sent and not answered', () => {
  test('a tool that has its effect and then kills its server has run once', async () => {
    const folder = await newFolder()
    const { server, lines } = await ledgerIn(folder)
    const { hub, manager } = managerOn(new MemoryStore(), folder)
    const session = await manager.for(ada).createSession()
    const clients = hub.for(session)
    await clients.add(server)
    const error = await failure(() => clients.callTool(ledgerTools.die))
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN', details: { server: 'ledger', tool: ledgerTools.die } })
    await clients.callTool(ledgerTools.pay)
    expect(await lines()).toEqual(['pay-and-die', 'pay'])
  })

  test('a call that takes too long has an unknown outcome, is cancelled, and is not sent again', async () => {
    const folder = await newFolder()
    const { server, lines } = await ledgerIn(folder)
    const { hub, manager } = managerOn(new MemoryStore(), folder)
    const session = await manager.for(ada).createSession()
    const clients = hub.for(session)
    await clients.add(server)
    await clients.listTools()
    expect((await failure(() => clients.callTool(ledgerTools.hang, {}, { timeoutMs: 100 }))).code).toBe(
      'MCP_OUTCOME_UNKNOWN',
    )
    await until(async () => (await lines()).length === 2)
    expect(await lines()).toEqual(['pay-and-hang', 'cancelled'])
  })

  test('stopping a turn reaches the server', async () => {
    const folder = await newFolder()
    const { server, lines } = await ledgerIn(folder)
    const { hub } = managerOn(new MemoryStore(), folder)
    const manager = new SessionManager({
      store: new MemoryStore(),
      cleanup: false,
      resources: [folderAt(folder), hub],
      tools: hub,
      agent: async ({ tools }) => `${(await tools.call(ledgerTools.hang)).output}`,
    })
    onTestFinished(() => manager.close())
    const session = await manager.for(ada).createSession()
    await hub.for(session).add(server)
    const stop = new AbortController()
    const sending = session.sendMessage('Pay', { signal: stop.signal })
    const stopped = expect(sending).rejects.toThrow('enough')
    await until(async () => (await lines()).length === 1)
    stop.abort(new Error('enough'))
    await stopped
    await until(async () => (await lines()).length === 2)
    expect(await lines()).toEqual(['pay-and-hang', 'cancelled'])
    const [, , result] = await session.getMessages()
    expect(result?.content).toMatchObject([{ type: 'tool-result', synthetic: true, isError: true }])
  })
})

async function start(file: string): Promise<ChildProcess> {
  const child = fork(file)
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
