import { type Codec, invalidArgument } from '@sess/core'
import { compressed, encrypted, json, KeyRing } from '@sess/core/codec'
import type { Config } from '../config.ts'

/**
 * The codec that is configured, or the one that was handed in; undefined if values are to be kept as JSON.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` if there are both: neither may be passed over.
 */
export function configuredCodec({ compression, encryption }: Config, given: Codec | undefined): Codec | undefined {
  if (!compression.enabled && !encryption.enabled) return given
  if (given !== undefined)
    throw invalidArgument('ports.codec', "can't be used where compression or encryption is configured")
  const plain = compression.enabled ? compressed(json(), { minBytes: compression.minBytes }) : json()
  if (!encryption.enabled) return plain
  const { keys, activeKey, migrate, cacheSessions, cacheTtlMs } = encryption
  return encrypted(plain, keyRing(keys ?? [], activeKey), { migrate, cacheSessions, cacheTtlMs })
}

function keyRing(keys: NonNullable<Config['encryption']['keys']>, active: string | null): KeyRing {
  const bytes = keys.map(({ id, key }) => [id, Buffer.from(key.reveal(), 'base64')] as const)
  return new KeyRing({ keys: Object.fromEntries(bytes), active: active ?? keys[0]?.id ?? '' })
}
