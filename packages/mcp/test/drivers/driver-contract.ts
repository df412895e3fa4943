import type { CallToolOptions, ConnectionEnd, McpConnection, McpDriver, McpProgress } from '@sess/mcp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { countListeners } from './count-listeners.ts'
import { type DriverTarget, targets } from './driver-target.ts'
import { failure } from './failure.ts'
import { until } from './until.ts'

const request = { timeoutMs: 5_000 }
const call: CallToolOptions = { timeoutMs: 5_000, totalTimeoutMs: 20_000 }

/** What every driver promises, over every transport. */
export function testDriver(name: string, makeDriver: () => McpDriver): void {
  for (const [transport, makeTarget] of Object.entries(targets)) {
    describe(`${name} over ${transport}`, { timeout: 30_000 }, () => testTransport(makeDriver, makeTarget))
  }
}

function testTransport(makeDriver: () => McpDriver, makeTarget: () => Promise<DriverTarget>): void {
  let target: DriverTarget
  let shared: McpConnection
  let driver: McpDriver
  const opened: McpConnection[] = []

  beforeAll(async () => {
    target = await makeTarget()
    driver = makeDriver()
    shared = await driver.connect(target.endpoint(), { timeoutMs: 10_000 })
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (connection) => await connection.close()))
  })
  afterAll(async () => {
    await shared.close()
    await until(() => (target.sessions() ?? 0) === 0)
    await target.stop()
  })

  async function connect(options: object = {}): Promise<McpConnection> {
    const connection = await driver.connect(target.endpoint(), { timeoutMs: 10_000, ...options })
    opened.push(connection)
    return connection
  }
  async function stats(): Promise<{ calls: number; cancelled: number }> {
    return (await shared.callTool('stats', {}, call)).structuredContent as never
  }

  it('server: who it is, what it can do, what it says about itself', () => {
    expect(shared.server).toMatchObject({
      name: 'contract',
      version: '1.2.3',
      protocolVersion: '2025-11-25',
      instructions: 'Use it well.',
      capabilities: { tools: { listChanged: true }, resources: {}, prompts: {} },
    })
  })

  it('lists: all pages, in order', async () => {
    const tools = await shared.listTools(request)
    expect(
      tools
        .map((tool) => tool.name)
        .slice(0, 11)
        .join(),
    ).toBe('echo,fails,throws,slow,progress,structured,grow,stats,big,ask-back,leave')
    expect(tools[0]).toEqual({ name: 'echo', description: 'The tool echo', inputSchema: { type: 'object' } })
    expect((await shared.listResources(request)).map((resource) => resource.uri)).toEqual([
      'test://a',
      'test://b',
      'test://c',
    ])
    expect(await shared.listPrompts(request)).toEqual([{ name: 'greet', arguments: [{ name: 'who', required: true }] }])
  })

  it('callTool: the answer, as it was given', async () => {
    expect(await shared.callTool('echo', { text: 'grüße 👋' }, call)).toEqual({
      content: [{ type: 'text', text: 'grüße 👋' }],
      isError: false,
    })
    expect((await shared.callTool('structured', {}, call)).structuredContent).toEqual({ sum: 3 })
  })

  it('callTool: a tool that fails is a result', async () => {
    expect(await shared.callTool('fails', {}, call)).toMatchObject({
      isError: true,
      content: [{ text: 'it did not work' }],
    })
  })

  it('callTool: an error of the server is MCP_PROTOCOL, and its words are not in ours', async () => {
    const error = await failure(shared.callTool('throws', {}, call))
    expect(error).toMatchObject({ code: 'MCP_PROTOCOL', details: { tool: 'throws' } })
    expect(`${error}${JSON.stringify(error)}`).not.toContain('secret words')
  })

  it('callTool: fifty at once, each with its own answer', async () => {
    const texts = Array.from({ length: 50 }, (_, at) => `text ${at}`)
    const results = await Promise.all(texts.map(async (text) => await shared.callTool('echo', { text }, call)))
    expect(results.map((result) => result.content[0]?.text)).toEqual(texts)
  })

  it('readResource, getPrompt and ping', async () => {
    expect(await shared.readResource('test://b', request)).toMatchObject({ contents: [{ text: 'text of test://b' }] })
    expect(await shared.getPrompt('greet', { who: 'Ada' }, request)).toMatchObject({
      messages: [{ content: { text: 'Hello Ada' } }],
    })
    await shared.ping(request)
  })

  it('progress: is told in order, and starts the idle time anew', async () => {
    const heard: McpProgress[] = []
    const options = {
      timeoutMs: 400,
      totalTimeoutMs: 20_000,
      onProgress: (progress: McpProgress) => heard.push(progress),
    }
    await shared.callTool('progress', { steps: 6, everyMs: 120 }, options)
    expect(heard).toEqual(
      Array.from({ length: 6 }, (_, at) => ({ progress: at + 1, total: 6, message: `step ${at + 1}` })),
    )
  })

  it('progress: the total time is over all the same', async () => {
    const error = await failure(
      shared.callTool('progress', { steps: 100, everyMs: 50 }, { timeoutMs: 5_000, totalTimeoutMs: 300 }),
    )
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
  })

  it('callTool: no answer in time is MCP_OUTCOME_UNKNOWN, and the server hears that nobody waits', async () => {
    const { cancelled } = await stats()
    const error = await failure(shared.callTool('slow', { ms: 60_000 }, { timeoutMs: 100, totalTimeoutMs: 1_000 }))
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN', details: { tool: 'slow' } })
    await until(async () => (await stats()).cancelled === cancelled + 1)
  })

  it('callTool: aborted while it runs is MCP_OUTCOME_UNKNOWN with the reason, and is cancelled', async () => {
    const { calls, cancelled } = await stats()
    const controller = new AbortController()
    const running = failure(shared.callTool('slow', { ms: 60_000 }, { ...call, signal: controller.signal }))
    await until(async () => (await stats()).calls > calls + 1)
    controller.abort(new Error('no longer needed'))
    expect(await running).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN', cause: { message: 'no longer needed' } })
    await until(async () => (await stats()).cancelled === cancelled + 1)
  })

  it('callTool: aborted before is the reason, and nothing is sent', async () => {
    const { calls } = await stats()
    const reason = new Error('never mind')
    await expect(shared.callTool('echo', {}, { ...call, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect((await stats()).calls).toBe(calls + 1)
  })

  it('signals: hundreds of calls leave no listener on the one of the caller, and cancel nothing when it aborts', async () => {
    const { cancelled } = await stats()
    const controller = new AbortController()
    const listeners = countListeners(controller.signal)
    for (let at = 0; at < (process.env.SESS_TEST_LONG === '1' ? 1_000 : 200); at++)
      await shared.callTool('echo', { text: 'x' }, { ...call, signal: controller.signal })
    expect(listeners()).toBe(0)
    controller.abort()
    expect((await stats()).cancelled).toBe(cancelled)
  })

  it('requests from the server that were not offered are refused', async () => {
    for (const method of ['sampling/createMessage', 'roots/list', 'elicitation/create']) {
      const result = await shared.callTool('ask-back', { method }, call)
      expect(result.content[0]?.text).toBe('refused with -32601')
    }
  })

  it('onToolsChanged: told when the server says so, and the next list has it', async () => {
    let told = 0
    const connection = await connect({ onToolsChanged: () => told++ })
    await connection.callTool('grow', {}, call)
    await until(() => told === 1)
    expect((await connection.listTools(request)).map((tool) => tool.name)).toContain('grown')
  })

  it('close: twice is once, requests afterwards are MCP_NOT_CONNECTED', async () => {
    const connection = await connect()
    await Promise.all([connection.close(), connection.close()])
    expect(await connection.ended).toMatchObject({ by: 'us' })
    for (const late of [
      connection.callTool('echo', {}, call),
      connection.listTools(request),
      connection.ping(request),
    ]) {
      expect(await failure(late)).toMatchObject({ code: 'MCP_NOT_CONNECTED' })
    }
  })

  it('close: a call under way is MCP_OUTCOME_UNKNOWN', async () => {
    const connection = await connect()
    const running = failure(connection.callTool('slow', { ms: 60_000 }, call))
    await connection.ping(request)
    await connection.close()
    expect(await running).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
  })

  it('close: the server holds nothing of it', async () => {
    const isCounted = target.sessions() !== undefined
    await until(() => !isCounted || target.sessions() === 1)
    const connection = await connect()
    if (isCounted) expect(target.sessions()).toBe(2)
    await connection.close()
    await until(() => !isCounted || target.sessions() === 1)
  })

  it('connect: aborted is the reason, and leaves nothing', async () => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const connecting = driver.connect(target.endpoint(), { timeoutMs: 10_000, signal: controller.signal })
    controller.abort(reason)
    await expect(connecting).rejects.toBe(reason)
    await until(() => (target.sessions() ?? 1) === 1)
  })

  it('connect: too slow is MCP_CONNECT_TIMEOUT, and leaves nothing', async () => {
    // What an earlier test's server has not forgotten in time is not of this connection.
    const before = target.sessions() ?? 0
    const [connected] = await Promise.allSettled([driver.connect(target.endpoint(), { timeoutMs: 1 })])
    // A server in this process may be quicker than a timer.
    if (connected.status === 'fulfilled') await connected.value.close()
    else expect(connected.reason).toMatchObject({ code: 'MCP_CONNECT_TIMEOUT', details: { timeoutMs: 1 } })
    await until(() => (target.sessions() ?? 0) <= before)
  })

  it('connect: two connections do not share anything', async () => {
    const [one, other] = await Promise.all([connect(), connect()])
    await one.close()
    expect((await other.callTool('echo', { text: 'still here' }, call)).content[0]?.text).toBe('still here')
  })

  it('ended: says that the server left', async () => {
    if (target.sessions() === undefined || 'connectServer' in target.endpoint()) {
      const connection = await connect()
      await connection.callTool('leave', {}, call).catch(() => {})
      const end: ConnectionEnd = await connection.ended
      expect(end.by).toBe('server')
    }
  })
}
