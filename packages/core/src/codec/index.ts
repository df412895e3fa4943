export { type CompressedOptions, compressed } from './compressed.ts'
export { type EncryptedCodec, type EncryptedOptions, encrypted } from './encrypted.ts'
export { json } from './json-codec.ts'
export { KeyRing, type KeyRingOptions, type WrappingKey } from './key-ring.ts'
export type { KeyContext, KeyWrapper } from './key-wrapper.ts'
export type { PlainCodec } from './plain-codec.ts'
export {
  keyUsage,
  type RewrapOptions,
  type RewrapProgress,
  retireKey,
  rewrapKeys,
  rotateDataKey,
  shredSession,
} from './rotate-keys.ts'
