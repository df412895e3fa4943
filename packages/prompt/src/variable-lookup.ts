import { type JsonObject, SessError } from '@sess/core'
import type { TemplateVariable } from './template.ts'

/** Where a variable's value came from: the request, the part itself, or the composer. */
export type VariableOrigin = 'caller' | 'part' | 'composer'

export interface VariableSources {
  readonly caller: JsonObject
  readonly part: JsonObject
  readonly composer: JsonObject
}

export interface FoundVariable {
  readonly origin: VariableOrigin
  readonly value: string | number | boolean
}

const origins: readonly VariableOrigin[] = ['caller', 'part', 'composer']

/**
 * Finds a variable, the caller's value first. Only own data properties of plain objects are read: no getter, no
 * `toString` and nothing of a prototype ever runs.
 *
 * @throws {@link SessError} `PROMPT_VARIABLE_INVALID` if what is there can't be shown, `PROMPT_VARIABLE_MISSING` if nothing is.
 */
export function findVariable(variable: TemplateVariable, sources: VariableSources, partId: string): FoundVariable {
  for (const origin of origins) {
    const value = read(sources[origin], variable)
    if (value !== undefined) return { origin, value: renderable(value, variable.name) }
  }
  const message = `prompt part ${JSON.stringify(partId)}: no value for {{${variable.name}}}`
  throw new SessError('PROMPT_VARIABLE_MISSING', message, { partId, variable: variable.name })
}

/** The error for a value that can't stand in a prompt. The value itself is never told. */
export function variableInvalid(variable: string, reason: string): SessError<'PROMPT_VARIABLE_INVALID'> {
  return new SessError('PROMPT_VARIABLE_INVALID', `variable ${variable} ${reason}`, { variable, reason })
}

function read(source: unknown, { name, path }: TemplateVariable): unknown {
  let value = source
  for (const key of path) {
    const property = ownProperty(value, key, name)
    if (property === undefined) return undefined
    if (!('value' in property)) throw variableInvalid(name, 'is an accessor')
    value = property.value
    if (value === undefined) return undefined
  }
  return value
}

function ownProperty(value: unknown, key: string, name: string): PropertyDescriptor | undefined {
  if (typeof value !== 'object' || value === null)
    throw variableInvalid(name, 'is looked up in something that is no object')
  let property: PropertyDescriptor | undefined
  let plain: boolean
  try {
    const prototype: unknown = Object.getPrototypeOf(value)
    // An object of another realm has another Object.prototype, so it is known by its place in the chain.
    plain = prototype === null || Object.getPrototypeOf(prototype) === null
    property = plain ? Object.getOwnPropertyDescriptor(value, key) : undefined
  } catch {
    // No cause: only a Proxy can throw here, and its error may quote the value.
    throw variableInvalid(name, 'could not be read')
  }
  if (!plain) throw variableInvalid(name, 'is looked up in something other than a plain object')
  return property
}

function renderable(value: unknown, name: string): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw variableInvalid(name, 'must be a string, a finite number or a boolean')
}
