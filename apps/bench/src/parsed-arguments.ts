import { type Effort, fullEffort, quickEffort } from './effort.ts'
import { type PartName, parts } from './parts.ts'
import type { TableFormat } from './report/print-table.ts'

export interface Arguments {
  readonly names: readonly PartName[]
  readonly effort: Effort
  readonly format: TableFormat
}

/** @throws an Error that names the word which means nothing here. */
export function parsedArguments(words: readonly string[]): Arguments {
  const known = Object.keys(parts) as PartName[]
  const names = known.filter((name) => words.includes(name))
  const strange = words.find((word) => !['--', '--quick', '--markdown', ...known].includes(word))
  if (strange !== undefined)
    throw new Error(`${strange} is unknown. Parts are ${known.join(', ')}; options are --quick and --markdown.`)
  return {
    names: names.length === 0 ? known : names,
    effort: words.includes('--quick') ? quickEffort : fullEffort,
    format: words.includes('--markdown') ? 'markdown' : 'text',
  }
}
