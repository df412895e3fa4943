import { type Effort, fullEffort, limitedTo, quickEffort } from './effort.ts'
import { type PartName, parts } from './parts.ts'
import type { TableFormat } from './report/print-table.ts'

/** Before the words that the names of the wanted rows have. */
const onlyOption = '--only='

export interface Arguments {
  readonly names: readonly PartName[]
  readonly effort: Effort
  readonly format: TableFormat
}

/** @throws an Error that names the word which means nothing here. */
export function parsedArguments(words: readonly string[]): Arguments {
  const known = Object.keys(parts) as PartName[]
  const names = known.filter((name) => words.includes(name))
  const only = words.filter((word) => word.startsWith(onlyOption)).map((word) => word.slice(onlyOption.length))
  const strange = words.find(
    (word) => !word.startsWith(onlyOption) && !['--', '--quick', '--markdown', ...known].includes(word),
  )
  if (strange !== undefined)
    throw new Error(
      `${strange} is unknown. Parts are ${known.join(', ')}; options are --quick, --markdown and --only=WORDS.`,
    )
  return {
    names: names.length === 0 ? known : names,
    effort: limitedTo(only, words.includes('--quick') ? quickEffort : fullEffort),
    format: words.includes('--markdown') ? 'markdown' : 'text',
  }
}
