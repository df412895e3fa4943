import type { Environment } from '../environment.ts'
import type { Problems, Subject } from '../problems.ts'
import type { MapValue, Value } from '../value.ts'
import { shownKey } from './parse-text.ts'
import { substitute } from './substitute.ts'

/** The same values with the variables in their texts filled in. A text with a problem is told of and left out. */
export function substituteValues(
  root: MapValue,
  environment: Environment,
  file: Subject,
  problems: Problems,
): MapValue {
  return { ...root, entries: entriesOf(root, null) }

  function entriesOf(map: MapValue, path: string | null): MapValue['entries'] {
    return map.entries.flatMap((entry) => {
      const key = path === null ? shownKey(entry.key) : `${path}.${shownKey(entry.key)}`
      const value = filled(entry.value, key)
      return value === null ? [] : { ...entry, value }
    })
  }

  function filled(value: Value, key: string): Value | null {
    if (value.kind === 'map') return { ...value, entries: entriesOf(value, key) }
    if (value.kind === 'list') {
      const items = value.items.map((item) => filled(item, key))
      return items.includes(null) ? null : { ...value, items: items.filter((item) => item !== null) }
    }
    if (typeof value.value !== 'string' || !value.text.includes('${')) return value
    const result = substitute(value.text, environment)
    if ('text' in result) return { ...value, value: result.text, text: result.text }
    const { line, column } = value
    problems.add({ ...file, line, column, key }, result.problem)
    return null
  }
}
