import { MemoryStore } from '@sess/store-memory'
import { fullEffort, quickEffort } from './effort.ts'
import { weigh } from './memory/heap.ts'
import { memoryTables } from './memory/memory-tables.ts'
import { redisTable } from './redis/redis-tables.ts'
import { printedTable } from './report/print-table.ts'
import { findingRow, type Table } from './report/table.ts'

const [, , mode, weighing = ''] = process.argv
if (mode === 'weigh') await weigh(weighing, new MemoryStore())
else await printTables()

/** Prints the parts that were named, or all: `memory`, `redis`. `--quick` only shows that everything runs. */
async function printTables(): Promise<void> {
  const words = process.argv.slice(2).filter((word) => word !== '--')
  const effort = words.includes('--quick') ? quickEffort : fullEffort
  const parts = words.filter((word) => !word.startsWith('-'))
  const wants = (part: string): boolean => parts.length === 0 || parts.includes(part)
  if (wants('memory')) print(await memoryTables(effort))
  if (wants('redis'))
    print([await redisTable(effort, (finding) => process.stderr.write(`${findingRow(finding)[0]}\n`))])
}

function print(tables: readonly Table[]): void {
  for (const table of tables) process.stdout.write(`${printedTable(table, 'markdown')}\n`)
}
