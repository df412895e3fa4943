import { type Effort, fullEffort, limitedTo, quickEffort } from './effort.ts'
import { type PartName, parts } from './parts.ts'
import type { TableFormat } from './report/print-table.ts'

const switches = ['--', '--quick', '--markdown']

export interface Arguments {
  readonly names: readonly PartName[]
  readonly effort: Effort
  readonly format: TableFormat
}

/** @throws an Error that names the word which means nothing here. */
export function parsedArguments(words: readonly string[]): Arguments {
  const known = Object.keys(parts) as PartName[]
  const names = known.filter((name) => words.includes(name))
  const only = valuesOf('--only=', words)
  const [rounds] = valuesOf('--rounds=', words)
  const strange = words.find(
    (word) => ![...switches, ...known].includes(word) && !/^--(only=.|rounds=[1-9]\d*$)/.test(word),
  )
  if (strange !== undefined)
    throw new Error(
      `${strange} is unknown. Parts are ${known.join(', ')}; options are --quick, --markdown, --only=WORDS and --rounds=N.`,
    )
  const effort = limitedTo(only, words.includes('--quick') ? quickEffort : fullEffort)
  return {
    names: names.length === 0 ? known : names,
    effort: rounds === undefined ? effort : { ...effort, rounds: Number(rounds) },
    format: words.includes('--markdown') ? 'markdown' : 'text',
  }
}

function valuesOf(option: string, words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith(option)).map((word) => word.slice(option.length))
}
