import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sdkDriver } from '../../src/driver/sdk-driver.ts'
import { ProcessRegistry } from '../../src/stdio/process-registry.ts'
import { failure } from '../drivers/failure.ts'
import { call, connectFault, faultEndpoint, isAlive, textOf } from './fault-server.ts'

describe('stdio: what can go wrong at the start', { timeout: 30_000 }, () => {
  it.each([
    ['no such program', { command: 'no-such-program-anywhere' }, 'no such program'],
    ['a folder that is not there', { cwd: '/no/such/folder' }, 'no such program, or no such folder'],
    ['a file that is no program', { command: '/etc/passwd' }, 'EACCES'],
  ])('%s is MCP_SPAWN_FAILED', async (_, change, reason) => {
    const registry = new ProcessRegistry()
    const endpoint = { ...(await faultEndpoint()), ...change }
    const error = await failure(sdkDriver({ processes: registry }).connect(endpoint, { timeoutMs: 10_000 }))
    expect(error).toMatchObject({ code: 'MCP_SPAWN_FAILED', details: { reason: expect.stringContaining(reason) } })
    expect(registry.size).toBe(0)
  })

  it.each([
    ['exits with 0', ['exit', '0'], 'MCP_CONNECT_FAILED', 'exited with code 0'],
    ['exits with 1', ['exit', '1'], 'MCP_CONNECT_FAILED', 'exited with code 1'],
    ['exits in the handshake', ['exit-in-handshake'], 'MCP_CONNECT_FAILED', 'exited with code 4'],
    ['is killed in the handshake', ['killed-in-handshake'], 'MCP_CONNECT_FAILED', 'was ended by SIGKILL'],
    ['speaks a version of another time', ['version', '1999-01-01'], 'MCP_PROTOCOL', 'it speaks version 1999-01-01'],
    ['has a version that is none', ['version', 'a b\nc'], 'MCP_PROTOCOL', 'it does not initialise'],
  ])('a server that %s', async (_, args, code, reason) => {
    const registry = new ProcessRegistry()
    const driver = sdkDriver({ processes: registry })
    const error = await failure(driver.connect(await faultEndpoint(...args), { timeoutMs: 20_000 }))
    expect(error).toMatchObject({ code, details: { reason: expect.stringContaining(reason) } })
    expect(registry.size).toBe(0)
  })

  it.each([['mute'], ['garbage']])('a server that is %s is MCP_CONNECT_TIMEOUT', async (start) => {
    const registry = new ProcessRegistry()
    const driver = sdkDriver({ processes: registry })
    const error = await failure(driver.connect(await faultEndpoint(start), { timeoutMs: 500 }))
    expect(error).toMatchObject({ code: 'MCP_CONNECT_TIMEOUT', details: { timeoutMs: 500 } })
    expect(registry.size).toBe(0)
  })

  it('an older version of the protocol is spoken', async () => {
    const connection = await connectFault(['version', '2024-11-05'])
    expect(connection.server.protocolVersion).toBe('2024-11-05')
    expect(await textOf(connection, 'ok')).toBe('ok')
  })

  it('stderr is told to whoever asked for it, and is in no error', async () => {
    const secret = 'password=hunter2'
    const told: string[] = []
    const error = await failure(connectFault(['stderr-and-exit', secret], { onStderr: (text) => told.push(text) }))
    expect(told).toEqual([secret])
    expect(`${error}${JSON.stringify(error)}${(error as Error).stack}`).not.toContain('hunter2')
    expect(error).toMatchObject({ details: { reason: expect.stringContaining('16 bytes on stderr') } })
  })

  it('the environment is the one that was given, and nothing of ours', async () => {
    process.env.SESS_TEST_PLANTED = 'secret'
    onTestFinished(() => void delete process.env.SESS_TEST_PLANTED)
    const connection = await connectFault()
    expect(JSON.parse(await textOf(connection, 'environment'))).toEqual({})
  })
})

describe('stdio: what can go wrong in a call', { timeout: 30_000 }, () => {
  it.each([
    ['is killed', 'die', {}, 'was ended by SIGKILL'],
    ['exits', 'exit', { code: 7 }, 'exited with code 7'],
  ])('a server that %s: MCP_OUTCOME_UNKNOWN, and the connection is over', async (_, tool, input, reason) => {
    const connection = await connectFault()
    const error = await failure(connection.callTool(tool, input, call))
    expect(error).toMatchObject({
      code: 'MCP_OUTCOME_UNKNOWN',
      details: { tool, reason: expect.stringContaining(reason) },
    })
    expect(await connection.ended).toMatchObject({ by: 'server', reason: expect.stringContaining(reason) })
    expect(await failure(connection.callTool('ok', {}, call))).toMatchObject({ code: 'MCP_NOT_CONNECTED' })
  })

  it('a side effect, then death: done once, and said to be unknown', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const ledger = join(folder, 'ledger')
    const connection = await connectFault()
    const error = await failure(connection.callTool('commit-and-die', { ledger }, call))
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
    await connection.ended
    expect(readFileSync(ledger, 'utf8')).toBe('committed\n')
  })

  it('an answer right before the exit is an answer', async () => {
    const connection = await connectFault()
    expect(await textOf(connection, 'answer-and-exit')).toBe('last words')
    expect(await connection.ended).toMatchObject({ by: 'server' })
  })

  it('all that wait are told when it dies', async () => {
    const connection = await connectFault()
    const waiting = Array.from({ length: 20 }, async () => await failure(connection.callTool('never', {}, call)))
    await failure(connection.callTool('die', {}, call))
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
  })

  it('no answer: lists are MCP_TIMEOUT, calls MCP_OUTCOME_UNKNOWN', async () => {
    const connection = await connectFault()
    const error = await failure(connection.callTool('never', {}, { timeoutMs: 50, totalTimeoutMs: 100 }))
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
    expect(await textOf(connection, 'ok')).toBe('ok')
  })

  it('an answer to another question is a warning, and answers nothing', async () => {
    const warnings: string[] = []
    const connection = await connectFault([], { onWarning: (warning) => warnings.push(warning) })
    const error = await failure(connection.callTool('wrong-id', {}, { timeoutMs: 100, totalTimeoutMs: 100 }))
    expect(error).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
    expect(warnings).toEqual(['The server sent something that fits no request'])
  })

  it('the first of two answers counts', async () => {
    const connection = await connectFault()
    expect(await textOf(connection, 'twice')).toBe('one')
    expect(await textOf(connection, 'ok')).toBe('ok')
  })

  it('an answer after the time was over does not become that of another call', async () => {
    const connection = await connectFault()
    await failure(connection.callTool('late', { ms: 150 }, { timeoutMs: 50, totalTimeoutMs: 50 }))
    expect(await textOf(connection, 'late', { ms: 300 })).toBe('too late')
    expect(await textOf(connection, 'ok')).toBe('ok')
  })

  it('noise, half lines, broken UTF-8 and blank lines harm no answer', async () => {
    const warnings: string[] = []
    const connection = await connectFault([], { onWarning: (warning) => warnings.push(warning) })
    expect(await textOf(connection, 'noise')).toBe('grüße')
    expect(new Set(warnings)).toEqual(new Set(['The server wrote a line to stdout that is no message']))
  })

  it('ten thousand lines of noise are a hundred warnings', async () => {
    const warnings: string[] = []
    const connection = await connectFault([], { onWarning: (warning) => warnings.push(warning) })
    expect(await textOf(connection, 'burst')).toBe('after the burst')
    expect(warnings).toHaveLength(100)
    expect(warnings.at(-1)).toContain('too much')
  })

  it('a message of 11 MiB ends the connection, whoever sent it', async () => {
    const connection = await connectFault()
    const error = await failure(connection.callTool('huge', { mebibytes: 11 }, call))
    expect(error).toMatchObject({ code: 'MCP_RESULT_TOO_LARGE', details: { maxBytes: 10 * 1024 * 1024 } })
    expect(await connection.ended).toMatchObject({ by: 'server' })
  })

  it('a message just below the limit passes', async () => {
    const connection = await connectFault()
    expect((await textOf(connection, 'huge', { mebibytes: 9 })).length).toBe(9 * 1_048_576)
  })

  it('a hundred megabytes on stderr block nobody, and 64 KiB of them are kept', async () => {
    const told: string[] = []
    const connection = await connectFault([], { onStderr: (text) => told.push(text) })
    expect(await textOf(connection, 'stderr-flood', { mebibytes: 100 })).toBe('flooded')
    await failure(connection.callTool('die', {}, call))
    await connection.ended
    expect(told[0]).toHaveLength(64 * 1024)
    expect(told[0]?.endsWith('the end')).toBe(true)
  })

  it('a server that has closed its stdin: what can not arrive is MCP_NOT_CONNECTED', async () => {
    const initialised =
      '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"","version":""}}}'
    const script = `read -r line; echo '${initialised}'; read -r line; exec 0<&-; sleep 300`
    const endpoint = { ...(await faultEndpoint()), command: '/bin/sh', args: ['-c', script] }
    const connection = await sdkDriver().connect(endpoint, { timeoutMs: 20_000 })
    onTestFinished(async () => await connection.close())
    const long = { text: 'x'.repeat(1_000_000) }
    expect(await failure(connection.callTool('ok', long, call))).toMatchObject({ code: 'MCP_NOT_CONNECTED' })
  })

  it('a result that is none: the tool has run, and MCP_RESULT_INVALID says so', async () => {
    const connection = await connectFault()
    const error = await failure(connection.callTool('malformed-result', {}, call))
    expect(error).toMatchObject({ code: 'MCP_RESULT_INVALID', details: { tool: 'malformed-result' } })
  })

  it.each([
    ['never ends', 'endless-list', { limit: 64, unit: 'pages' }],
    ['comes back to a cursor', 'circular-list', { limit: 1, unit: 'different cursors' }],
  ])('a list that %s is MCP_LIMIT', async (_, start, details) => {
    const connection = await connectFault([start])
    expect(await failure(connection.listTools({ timeoutMs: 20_000 }))).toMatchObject({ code: 'MCP_LIMIT', details })
  })

  it('malformed tools are left out, and said', async () => {
    const warnings: string[] = []
    const connection = await connectFault(['malformed-list'], { onWarning: (warning) => warnings.push(warning) })
    expect((await connection.listTools({ timeoutMs: 20_000 })).map((tool) => tool.name)).toEqual(['ok'])
    expect(warnings).toEqual(['The server lists 4 malformed tools'])
  })
})

describe('stdio: nothing is left', { timeout: 30_000 }, () => {
  describe.each([['ignored'], ['inherited']])('a grandchild with %s pipes that ignores SIGTERM', (pipes) => {
    it('is gone after close', async () => {
      const connection = await connectFault()
      const pid = Number(await textOf(connection, 'grandchild', { pipes }))
      expect(isAlive(pid)).toBe(true)
      await connection.close()
      expect(isAlive(pid)).toBe(false)
    })

    it('is gone after the server was killed, and the call was told at once', async () => {
      const connection = await connectFault()
      const pid = Number(await textOf(connection, 'grandchild', { pipes }))
      expect(await failure(connection.callTool('die', {}, call))).toMatchObject({ code: 'MCP_OUTCOME_UNKNOWN' })
      await connection.ended
      expect(isAlive(pid)).toBe(false)
    })
  })

  it('a server that ignores the end of stdin and SIGTERM', async () => {
    const registry = new ProcessRegistry()
    const connection = await connectFault(['stubborn'], { driver: { processes: registry } })
    const pid = Number(await textOf(connection, 'grandchild', { pipes: 'ignored' }))
    await connection.close()
    expect(isAlive(pid)).toBe(false)
    expect(registry.size).toBe(0)
  })

  it('a hundred failed connects: no child, listener, timer or handle', async () => {
    const registry = new ProcessRegistry()
    const driver = sdkDriver({ processes: registry })
    const endpoints = [
      await faultEndpoint('exit', '1'),
      { ...(await faultEndpoint()), command: '/bin/false' },
      { ...(await faultEndpoint()), command: 'no-such-program-anywhere' },
    ]
    const fail = async (at: number): Promise<void> => {
      const endpoint = endpoints[at % 12 === 0 ? 0 : 1 + (at % 2)]
      if (endpoint !== undefined) expect(await failure(driver.connect(endpoint, { timeoutMs: 20_000 }))).toBeDefined()
    }
    await fail(0)
    const before = { ...handles(), exit: process.listenerCount('exit') }
    for (let at = 0; at < 100; at += 10) {
      await Promise.all(Array.from({ length: 10 }, async (_, offset) => await fail(at + offset)))
    }
    expect(registry.size).toBe(0)
    // The runner of the tests has timers and programs of its own, which come and go.
    const grown = (): string[] => {
      const after: Record<string, number> = { ...handles(), exit: process.listenerCount('exit') }
      return Object.entries(before).flatMap(([name, count]) => ((after[name] ?? 0) > count ? [name] : []))
    }
    await expect.poll(grown, { timeout: 10_000 }).toEqual([])
    expect(process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')).toBe(signalListeners)
  })

  it('one exit hook for all, and none when nobody runs', async () => {
    const before = process.listenerCount('exit')
    const [one, other] = await Promise.all([connectFault(), connectFault()])
    expect(process.listenerCount('exit')).toBe(before + 1)
    await Promise.all([one.close(), other.close()])
    expect(process.listenerCount('exit')).toBe(before)
  })
})

const signalListeners = process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')

function handles(): { children: number; timers: number; pipes: number } {
  const active = process.getActiveResourcesInfo()
  const count = (kind: string): number => active.filter((name) => name === kind).length
  return { children: count('ProcessWrap'), timers: count('Timeout'), pipes: count('PipeWrap') }
}
