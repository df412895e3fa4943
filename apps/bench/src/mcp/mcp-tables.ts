import type { Effort } from '../effort.ts'
import { median } from '../measure.ts'
import type { Table } from '../report/table.ts'
import { type Cycle, hubCycles } from './hub-cycles.ts'

/** Times that all sessions are opened and closed. */
const cycles = 10

/** What a session's MCP client weighs, and whether opening and closing them leaves something. */
export async function* mcpTables(effort: Effort): AsyncGenerator<Table, void, undefined> {
  const sessions = effort.size(1000)
  const rows: string[][] = []
  for (const transport of ['in-process', 'http'] as const) {
    if (!effort.wants(`mcp ${transport}`)) continue
    rows.push(rowOf(transport, sessions, await hubCycles(transport, { sessions, cycles })))
  }
  yield {
    title: `@sess/mcp, ${sessions} sessions with one client each, Node ${process.versions.node}`,
    notes: [
      'Each session is made, its client is added and used once; then all are deleted. Heap after a collection, of this process: an in-process server is in it, an HTTP server is not. Growth is that of the closed state, from the second cycle to the last.',
    ],
    head: [
      'client',
      'KiB of heap each',
      'ms each',
      'handles open',
      'handles closed',
      'growth over 8 cycles, KiB',
      'a session and cycle, bytes',
    ],
    rows,
  }
}

function rowOf(transport: string, sessions: number, measured: readonly Cycle[]): string[] {
  const [, second, ...others] = measured
  const last = others.at(-1)
  const grown = (last?.closedBytes ?? NaN) - (second?.closedBytes ?? NaN)
  const each = measured.map((cycle, index) => cycle.openBytes - (measured[index - 1]?.closedBytes ?? cycle.startBytes))
  return [
    transport,
    (median(each) / sessions / 1024).toFixed(1),
    median(measured.map(({ openMs }) => openMs / sessions)).toFixed(2),
    `${last?.openHandles ?? ''}`,
    `${last?.closedHandles ?? ''}`,
    (grown / 1024).toFixed(0),
    (grown / sessions / others.length).toFixed(0),
  ]
}
