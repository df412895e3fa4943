import { frozenJsonObject, type JsonValue } from '@sess/core'
import { type MapValue, nowhere, type Value } from '../value.ts'

/** What an object holds, which must be plain data. @throws {@link SessError} `INVALID_ARGUMENT` naming the place. */
export function valueOfObject(object: object): MapValue {
  const value = fromJson(frozenJsonObject(object, 'config'))
  return value.kind === 'map' ? value : { kind: 'map', entries: [], ...nowhere }
}

function fromJson(value: JsonValue): Value {
  if (typeof value !== 'object' || value === null)
    return { kind: 'scalar', value, text: value === null ? '' : String(value), ...nowhere }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(fromJson), ...nowhere }
  const entries = Object.entries(value).map(([key, item]) => ({ key, value: fromJson(item), ...nowhere }))
  return { kind: 'map', entries, ...nowhere }
}
