import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type McpTransport = 'in-process' | 'http'

/** One time that all sessions were opened and closed. */
export interface Cycle {
  readonly startBytes: number
  readonly openBytes: number
  readonly closedBytes: number
  readonly openMs: number
  /** What keeps the event loop busy: sockets, pipes, timers. */
  readonly openHandles: number
  readonly closedHandles: number
}

/** Measures in a process of its own, where nothing else is on the heap and it can be collected at will. */
export async function hubCycles(
  transport: McpTransport,
  { sessions, cycles }: { readonly sessions: number; readonly cycles: number },
): Promise<readonly Cycle[]> {
  const program = fileURLToPath(new URL('mcp-program.js', import.meta.url))
  const args = ['--expose-gc', program, transport, `${sessions}`, `${cycles}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`measuring ${transport} clients ended with ${code}`)
  return JSON.parse(output) as readonly Cycle[]
}
