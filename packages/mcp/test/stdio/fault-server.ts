import { tmpdir } from 'node:os'
import type { McpConnection, StdioEndpoint } from '@sess/mcp'
import { onTestFinished } from 'vitest'
import { type SdkDriverOptions, sdkDriver } from '../../src/driver/sdk-driver.ts'
import { processFacts } from '../../src/stdio/process-facts.ts'
import { serverProgram } from '../servers/server-program.ts'

/** Calls that are not to end by themselves. */
export const call = { timeoutMs: 20_000, totalTimeoutMs: 20_000 } as const

export async function faultEndpoint(...args: string[]): Promise<StdioEndpoint> {
  const program = await serverProgram('fault-stdio')
  return { transport: 'stdio', command: process.execPath, args: [program, ...args], env: {}, cwd: tmpdir() }
}

/** A connection to the fault server, closed with its test. */
export async function connectFault(args: readonly string[] = [], options: FaultOptions = {}): Promise<McpConnection> {
  const { driver, ...connect } = options
  const connection = await sdkDriver(driver).connect(await faultEndpoint(...args), { timeoutMs: 20_000, ...connect })
  onTestFinished(async () => await connection.close())
  return connection
}

export interface FaultOptions {
  readonly driver?: SdkDriverOptions
  readonly onWarning?: (warning: string) => void
  readonly onStderr?: (text: string) => void
}

export async function textOf(connection: McpConnection, tool: string, input = {}): Promise<string> {
  const { content } = await connection.callTool(tool, input, call)
  return String(content[0]?.text)
}

/** Whether a process runs; one that is dead and not buried does not. */
export function isAlive(pid: number): boolean {
  return processFacts(pid) !== undefined
}
