/** A process that has an MCP server with a grandchild, and tells their numbers: runtime folder, server arguments. */
import { tmpdir } from 'node:os'
import { sdkDriver } from '../../src/driver/sdk-driver.ts'
import { ProcessRegistry } from '../../src/stdio/process-registry.ts'

const [, , runtimeFolder = '', ...args] = process.argv
const processes = new ProcessRegistry({ runtimeFolder })
const endpoint = { transport: 'stdio', command: process.execPath, args, env: {}, cwd: tmpdir() } as const
const connection = await sdkDriver({ processes }).connect(endpoint, { timeoutMs: 30_000 })
const options = { timeoutMs: 30_000, totalTimeoutMs: 30_000 }
const server = await connection.callTool('pid', {}, options)
const grandchild = await connection.callTool('grandchild', { pipes: 'ignored' }, options)
process.stdout.write(`${server.content[0]?.text} ${grandchild.content[0]?.text}\n`)
process.stdin.once('data', () => process.exit(0))
