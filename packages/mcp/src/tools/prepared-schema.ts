import type { JsonObject, JsonValue } from '@sess/core'
import { RE2JS } from 're2js'

/** Says in each schema how much of it there is. The checker spends as much whenever the schema is applied. */
export const costKeyword = 'sess-cost'

const plain = new Set([
  ...['type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'maxItems', 'minItems', 'uniqueItems', 'maxContains', 'minContains'],
  ...['maxProperties', 'minProperties', 'required', 'dependentRequired'],
  ...['$ref', '$dynamicRef', '$anchor', '$dynamicAnchor'],
])
const ofOne = new Set([
  ...['items', 'contains', 'additionalProperties', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
  ...['not', 'if', 'then', 'else'],
])
const ofMany = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const ofNamed = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])

/**
 * A schema of a server, made safe to compile: only keywords that say something about values, so that no reference leads to a place
 * that was not looked at; no ids, so that it meets no other schema; no patterns that need backtracking. Each part has its cost.
 */
export function preparedSchema(schema: JsonValue): JsonValue {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return schema === true || schema === false ? schema : {}
  const prepared: Record<string, JsonValue> = {}
  let cost = 1
  for (const [keyword, value] of Object.entries(modern(schema as JsonObject))) {
    if (plain.has(keyword)) {
      prepared[keyword] = value
      cost += sizeOf(value)
    } else if (ofOne.has(keyword)) prepared[keyword] = preparedSchema(value)
    else if (ofMany.has(keyword) && Array.isArray(value)) prepared[keyword] = value.map(preparedSchema)
    else if (ofNamed.has(keyword)) prepared[keyword] = preparedMap(value)
    else if (keyword === 'pattern' && isLinear(value)) prepared[keyword] = value
    if (keyword.startsWith('pattern') || keyword === 'properties') cost += sizeOf(Object.keys(value ?? {}))
  }
  prepared[costKeyword] = cost
  return prepared
}

/** The same in the words of 2020-12: many servers still write those of draft 7. */
function modern(schema: JsonObject): JsonObject {
  const { items, additionalItems, dependencies, ...rest } = schema
  const asList = Array.isArray(items)
    ? { prefixItems: items, ...(additionalItems !== undefined && { items: additionalItems }) }
    : items !== undefined && { items }
  const { patternProperties } = rest
  const patterns = Object.keys((patternProperties ?? {}) as JsonObject)
  if (patterns.every(isLinear)) return { ...rest, ...asList, ...dependent(dependencies) }
  // Which properties are additional can't be said any more.
  const { additionalProperties: _, unevaluatedProperties: __, ...open } = rest
  const linear = Object.entries(patternProperties as JsonObject).filter(([pattern]) => isLinear(pattern))
  return { ...open, ...asList, ...dependent(dependencies), patternProperties: Object.fromEntries(linear) }
}

function dependent(dependencies: JsonValue | undefined): JsonObject {
  const entries = Object.entries((dependencies ?? {}) as JsonObject)
  if (entries.length === 0) return {}
  return {
    dependentRequired: Object.fromEntries(entries.filter(([, needed]) => Array.isArray(needed))),
    dependentSchemas: Object.fromEntries(entries.filter(([, needed]) => !Array.isArray(needed))),
  }
}

function preparedMap(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, preparedSchema(schema)]))
}

/** Whether the pattern can be checked in linear time; look-around and back references can't. */
function isLinear(pattern: JsonValue): boolean {
  if (typeof pattern !== 'string') return false
  try {
    RE2JS.compile(RE2JS.translateRegExp(pattern))
    return true
  } catch {
    return false
  }
}

function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return 1 + (value.length >> 4)
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, item: JsonValue) => sum + sizeOf(item), 1)
}
