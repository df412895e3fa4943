import { MemoryStore } from '@sess/store-memory'
import { weigh } from './memory/heap.ts'
import { parsedArguments } from './parsed-arguments.ts'
import { parts } from './parts.ts'
import { printedTable } from './report/print-table.ts'
import { findingRow } from './report/table.ts'

const [, , mode, weighing = ''] = process.argv
// The other side of a memory measurement, in a process of its own.
if (mode === 'weigh') await weigh(weighing, new MemoryStore())
else await printTables(process.argv.slice(2))

async function printTables(words: readonly string[]): Promise<void> {
  const { names, effort, format } = parsedArguments(words)
  for (const name of names)
    for await (const table of parts[name](effort, (finding) =>
      // Apart from the tables, and at once: a run that is ended early has told what it knew.
      process.stderr.write(`${findingRow(finding).join(' | ')}\n`),
    ))
      process.stdout.write(`${printedTable(table, format)}\n`)
}
