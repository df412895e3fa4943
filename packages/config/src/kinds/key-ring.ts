import { Secret } from '../secret.ts'
import type { Value } from '../value.ts'
import { type Kind, scalarKind, Unfit } from './kind.ts'

/** A key that other keys are wrapped with, and what it is called by. */
export interface EncryptionKey {
  readonly id: string
  /** 32 bytes, as base64. */
  readonly key: Secret
}

const takes = 'keys by their names, each of 32 bytes in base64 or 64 hex digits'

/** `{ k1: base64, … }`, or `k1=base64,…` in one text. */
export const keyRing: Kind = {
  takes,
  schema: { anyOf: [{ type: 'object', additionalProperties: { type: 'string' } }, { type: 'string' }] },
  suffix: '',
  read(given) {
    const pairs = pairsOf(given)
    const keys = pairs.flatMap(([id, text]) => encryptionKey(id, text) ?? [])
    const isWhole = keys.length > 0 && keys.length === pairs.length
    return isWhole && new Set(keys.map(({ id }) => id)).size === keys.length
      ? Object.freeze(keys)
      : new Unfit(`must be ${takes}`)
  },
}

/** A ring of one key without a name. */
export const oneKey: Kind = scalarKind('a key of 32 bytes in base64 or 64 hex digits', { type: 'string' }, (text) => {
  const key = encryptionKey('default', text)
  return key === null ? undefined : Object.freeze([key])
})

function pairsOf(given: Value): (readonly [string, string])[] {
  if (given.kind === 'map')
    return given.entries.map(({ key, value }) => [key, value.kind === 'scalar' ? value.text : ''])
  if (given.kind !== 'scalar' || given.value === null) return []
  return given.text.split(',').map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()]
  })
}

function encryptionKey(id: string, text: string): EncryptionKey | null {
  if (!/^[A-Za-z0-9._-]{1,32}$/.test(id)) return null
  const isHex = /^[0-9a-f]{64}$/i.test(text)
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = Buffer.from(text, isHex ? 'hex' : 'base64')
  // A key of nothing but zeros is a place holder that was never filled in.
  if (bytes.length !== 32 || bytes.every((byte) => byte === 0)) return null
  return Object.freeze({ id, key: new Secret(bytes.toString('base64')) })
}
