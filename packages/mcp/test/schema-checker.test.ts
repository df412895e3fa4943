import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { JsonObject, JsonValue } from '@sess/core'
import { describe, expect, test } from 'vitest'
import { SchemaChecker } from '../src/tools/schema-checker.ts'

const checker = new SchemaChecker()
const kindOf = (schema: JsonObject, value: JsonValue): string => checker.check(schema, value)?.kind ?? 'fits'

describe('what fits and what does not', () => {
  test.each<[string, JsonObject, JsonValue, JsonValue]>([
    ['types', { type: 'object', properties: { a: { type: 'integer' } } }, { a: 1 }, { a: '1' }],
    ['required properties', { type: 'object', required: ['a'] }, { a: null }, {}],
    ['additional properties', { properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }],
    ['patterns', { type: 'string', pattern: '^[a-z]{2,4}$' }, 'abc', 'abcde'],
    ['pattern properties', { patternProperties: { '^x': { type: 'number' } } }, { x1: 1 }, { x1: 'a' }],
    ['enumerations', { enum: ['a', { b: [1] }] }, { b: [1] }, { b: [2] }],
    [
      'unique items',
      { uniqueItems: true },
      [{ a: 1 }, { a: 2 }],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
    ['tuples', { prefixItems: [{ type: 'string' }], items: false }, ['a'], ['a', 1]],
    ['tuples of draft 7', { items: [{ type: 'string' }], additionalItems: false }, ['a'], ['a', 1]],
    ['dependencies of draft 7', { dependencies: { a: ['b'] } }, { a: 1, b: 1 }, { a: 1 }],
    ['definitions', { $ref: '#/$defs/n', $defs: { n: { type: 'number' } } }, 1, 'a'],
    ['definitions of draft 7', { $ref: '#/definitions/n', definitions: { n: { type: 'number' } } }, 1, 'a'],
    [
      'recursion',
      { properties: { next: { $ref: '#' } }, additionalProperties: false },
      { next: { next: {} } },
      { next: { a: 1 } },
    ],
    ['conditions', { if: { type: 'string' }, else: { type: 'number' } }, 'a', true],
    [
      'unevaluated properties',
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      { a: 1 },
      { b: 1 },
    ],
    ['a dialect that is named', { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }, 'a', 1],
    ['ids', { $id: 'https://example.com/a', type: 'string' }, 'a', 1],
  ])('%s', (_, schema, good, bad) => {
    expect(kindOf(schema, good)).toBe('fits')
    expect(kindOf(schema, bad)).toBe('misfit')
  })

  test('two schemas with one id do not meet', () => {
    expect(kindOf({ $id: 'urn:same', type: 'string' }, 'a')).toBe('fits')
    expect(kindOf({ $id: 'urn:same', type: 'number' }, 'a')).toBe('misfit')
    expect(kindOf({ $ref: 'urn:same' }, 'a')).toBe('unusable')
  })

  test('formats say nothing: they are hints, and their checks are not linear', () => {
    expect(kindOf({ type: 'string', format: 'email' }, 'no')).toBe('fits')
  })

  test('a pattern that needs backtracking is left out, and so is what depends on it', () => {
    expect(kindOf({ type: 'string', pattern: '(?=a)b' }, 'zzz')).toBe('fits')
    expect(kindOf({ patternProperties: { '(a)\\1': {} }, additionalProperties: false }, { aa: 1 })).toBe('fits')
  })

  test('what is said of a misfit comes from the schema', () => {
    const schema: JsonObject = { properties: { a: { type: 'object', additionalProperties: { type: 'integer' } } } }
    const finding = checker.check(schema, { a: { 'planted-key': 'planted-value' } })
    expect(finding?.problem).toBe('must be integer (#/properties/a/additionalProperties)')
  })
})

describe('hostile schemas', () => {
  const doubling: Record<string, JsonValue> = { d0: { type: 'integer' } }
  for (let level = 1; level < 40; level++) {
    const ref = { $ref: `#/$defs/d${level - 1}` }
    doubling[`d${level}`] = { allOf: [ref, { ...ref }] }
  }
  const manyNumbers = Array.from({ length: 60_000 }, (_, index) => index / 3)
  test.each<[string, JsonObject, JsonValue, string]>([
    ['a catastrophic pattern', { pattern: '^(a+)+$' }, `${'a'.repeat(28)}!`, 'misfit'],
    ['a catastrophic pattern on a long text', { pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' }, 'a'.repeat(1_000_000), ''],
    ['a pattern with a thousand states', { pattern: '(x{0,30}){0,30}y' }, 'x'.repeat(200_000), 'unusable'],
    ['a definition that doubles forty times', { $ref: '#/$defs/d39', $defs: doubling }, 1, 'unusable'],
    ['a schema that is itself', { anyOf: [{ $ref: '#' }, { $ref: '#' }] }, 1, 'unusable'],
    ['a list of many numbers that are to be unique', { uniqueItems: true }, manyNumbers, 'fits'],
    ['many numbers in a long enumeration', { items: { enum: manyNumbers.slice(0, 5_000) } }, manyNumbers, 'unusable'],
    ['a reference that leads out', { $ref: 'https://example.com/schema.json' }, 1, 'unusable'],
    ['a reference to a place that is no schema', { $ref: '#/x/y', x: { y: { type: 'string' } } }, 1, 'unusable'],
    ['a pattern that is none', { pattern: '(' }, 'a', 'fits'],
    ['keywords of wrong types', { properties: 7, allOf: 'no', type: 'nothing', required: 3 }, {}, 'unusable'],
  ])('%s costs little', (_, schema, value, expected) => {
    const startedAt = process.cpuUsage()
    const kind = kindOf(schema, value)
    const { user } = process.cpuUsage(startedAt)
    if (expected !== '') expect(kind).toBe(expected)
    // CPU time, not the clock: other work on the machine does not count. Without the guard it takes from seconds to years.
    expect(user).toBeLessThan(1_000_000)
  })

  test.each([
    ['a short text', '^(a+)+$', `${'a'.repeat(28)}!`],
    ['16 KiB of text', '^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(16_384)],
  ])('a catastrophic pattern on %s takes at most 100 ms', (_, pattern, value) => {
    const costs = Array.from({ length: 5 }, () => {
      const startedAt = process.cpuUsage()
      expect(kindOf({ pattern }, value)).toBe('misfit')
      return process.cpuUsage(startedAt).user
    })
    // The least of five, in CPU time: what the work itself takes, whatever else the machine does.
    expect(Math.min(...costs)).toBeLessThan(100_000)
  })

  test('a schema that can not be used harms no other', () => {
    expect(kindOf({ $ref: '#/nowhere' }, 1)).toBe('unusable')
    expect(kindOf({ type: 'number' }, 1)).toBe('fits')
  })

  test('what was compiled is let go of when it is no longer kept', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heapBytes = (): number => {
      for (let pass = 0; pass < 4; pass++) collect()
      return process.memoryUsage().heapUsed
    }
    const use = (from: number, to: number): void => {
      for (let index = from; index < to; index++) kindOf({ properties: { a: { const: index } } }, { a: index })
    }
    use(0, 300)
    const before = heapBytes()
    use(300, 1_500)
    // Kept for good, they would be 4 kB each.
    expect(heapBytes() - before).toBeLessThan(2_000_000)
  })

  test('no more than 256 compiled schemas are kept, and all go on working', () => {
    const schemas = Array.from({ length: 300 }, (_, index): JsonObject => ({ const: index }))
    for (const [index, schema] of schemas.entries()) expect(kindOf(schema, index)).toBe('fits')
    expect(kindOf(schemas[0] ?? {}, 1)).toBe('misfit')
  })
})
