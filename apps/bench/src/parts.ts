import { codecTables } from './codec/codec-tables.ts'
import type { Effort } from './effort.ts'
import { mcpTables } from './mcp/mcp-tables.ts'
import { memoryTables } from './memory/memory-tables.ts'
import { mysqlTables } from './mysql/mysql-tables.ts'
import { peerTables } from './peers/peer-tables.ts'
import { redisTables } from './redis/redis-tables.ts'
import type { Finding } from './report/finding.ts'
import type { Table } from './report/table.ts'

/** One part of the benchmark. `tell` is told of every figure as soon as it is there. */
export type Part = (effort: Effort, tell: (finding: Finding) => void) => AsyncIterable<Table>

export type PartName = 'memory' | 'redis' | 'mysql' | 'codec' | 'mcp' | 'peers'

export const parts: Readonly<Record<PartName, Part>> = {
  memory: memoryTables,
  redis: redisTables,
  mysql: mysqlTables,
  codec: codecTables,
  mcp: mcpTables,
  peers: peerTables,
}
