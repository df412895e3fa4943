import type { CodecPlace, JsonObject, JsonValue, SessionCodec } from '@sess/core'

/** A value as it is kept: frozen, or encoded where the store has a codec. */
export type Kept<Value extends JsonValue = JsonValue> = Value | Uint8Array

export function keep<Value extends JsonValue>(
  codec: SessionCodec | null,
  value: Value,
  place: CodecPlace,
): Kept<Value> {
  return codec === null ? value : codec.encode(value, place)
}

export function readKept<Value extends JsonValue>(
  codec: SessionCodec | null,
  kept: Kept<Value>,
  place: CodecPlace,
): Value {
  return codec !== null && kept instanceof Uint8Array ? (codec.decode(kept, place) as Value) : (kept as Value)
}

export type KeptData = Kept<JsonObject>
