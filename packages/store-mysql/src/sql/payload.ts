import type { JsonObject, JsonValue } from '@sess/core'

/** A payload as it is kept: UTF-8 JSON. */
export function encodePayload(value: JsonValue): string {
  return JSON.stringify(value)
}

/** The payload, frozen. */
export function decodePayload(bytes: Buffer): JsonValue {
  return frozen(JSON.parse(bytes.toString('utf8')))
}

export function decodeObject(bytes: Buffer): JsonObject {
  return decodePayload(bytes) as JsonObject
}

/** Freezes what was just parsed: nobody else has it, so it needs no copy. */
function frozen(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) frozen(item)
  return Object.freeze(value)
}
