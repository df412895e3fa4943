import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '@sess/core'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { canonicalJson } from './canonical-json.ts'
import { costKeyword, preparedSchema } from './prepared-schema.ts'
import { SchemaCost, TooCostly } from './schema-cost.ts'

/** Compiled schemas that are kept, the least recently used goes first. */
const maxKept = 256

/** What a check found. `unusable`: the schema itself, which can't be compiled or asks for too much. */
export type SchemaFinding = { readonly kind: 'misfit' | 'unusable'; readonly problem: string }

/**
 * Checks values against schemas that nobody has reason to trust: in bounded time, with patterns of linear time, without fetching
 * anything. What it says of a misfit comes from the schema, and nothing of it from the value.
 */
export class SchemaChecker {
  readonly #cost = new SchemaCost()
  /** By the hash of the schema: sessions that use the same server share them. */
  readonly #kept = new Map<string, ValidateFunction | SchemaFinding>()
  readonly #hashes = new WeakMap<JsonObject, string>()

  /** What is wrong, null if the value fits. The schema must not change afterwards. */
  check(schema: JsonObject, value: JsonValue): SchemaFinding | null {
    const validate = this.#compiled(schema)
    if (typeof validate !== 'function') return validate
    this.#cost.reset()
    try {
      return validate(value) ? null : { kind: 'misfit', problem: problemOf(validate.errors?.[0]) }
    } catch (error) {
      if (error instanceof TooCostly) return { kind: 'unusable', problem: error.message }
      // A schema that refers to itself without end.
      if (error instanceof RangeError) return { kind: 'unusable', problem: 'the schema has no end' }
      throw error
    }
  }

  #compiled(schema: JsonObject): ValidateFunction | SchemaFinding {
    const hash = this.#hashes.get(schema) ?? createHash('sha256').update(canonicalJson(schema)).digest('base64')
    this.#hashes.set(schema, hash)
    const kept = this.#kept.get(hash) ?? this.#compile(schema)
    this.#kept.delete(hash)
    this.#kept.set(hash, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest)
    return kept
  }

  #compile(schema: JsonObject): ValidateFunction | SchemaFinding {
    try {
      // One each: an instance holds on to the code of all that it has compiled, also of what was removed.
      return newAjv(this.#cost).compile(preparedSchema(schema) as JsonObject)
    } catch {
      return { kind: 'unusable', problem: 'the schema can not be compiled' }
    }
  }
}

function newAjv(cost: SchemaCost): Ajv2020 {
  const regExp = Object.assign((source: string) => cost.pattern(source), { code: 'linear' })
  const ajv = new Ajv2020({
    strict: false,
    meta: false,
    validateSchema: false,
    validateFormats: false,
    // A large definition that is referred to often would be as often in the code that is made of it.
    inlineRefs: false,
    logger: false,
    code: { regExp },
  })
  ajv.addKeyword({
    keyword: costKeyword,
    before: 'allOf',
    schemaType: 'number',
    errors: false,
    validate: (keywords: number, value: unknown) => {
      cost.spend(keywords, value)
      return true
    },
  })
  // The usual one compares each item with each other.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (unique: boolean, items: readonly JsonValue[]) =>
      !unique || new Set(items.map(canonicalJson)).size === items.length,
  })
  return ajv
}

function problemOf(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it does not fit'
  const place = error.schemaPath.slice(0, error.schemaPath.lastIndexOf('/'))
  return `${error.message ?? 'it does not fit'} (${place})`.slice(0, 200)
}
