import { randomBytes } from 'node:crypto'
import type { CodecPlace, CodecSession, SessErrorCode, SessionCodec } from '@sess/core'
import { isSessError } from '@sess/core'
import { type EncryptedCodec, type EncryptedOptions, encrypted, json, KeyRing } from '@sess/core/codec'
import { expect } from 'vitest'

export const acme: CodecSession = { orgId: 'acme', sessionId: '0192f0c0-0000-7000-8000-00000000beef' }
export const place: CodecPlace = { chatId: 'chat-1', recordId: 'message-1', field: 'message' }

export interface OpenSession {
  readonly codec: EncryptedCodec
  readonly keys: Uint8Array
  readonly session: SessionCodec
}

export function ring(...kids: string[]): KeyRing {
  const [first = 'k1', ...others] = kids
  const keys = Object.fromEntries([first, ...others].map((kid) => [kid, randomBytes(32)]))
  return new KeyRing({ keys, active: first })
}

/** A session of an encrypting codec, with keys of its own. */
export async function openSession(options: EncryptedOptions = {}, session: CodecSession = acme): Promise<OpenSession> {
  const codec = encrypted(json(), ring(), options)
  const keys = (await codec.createKeys(session)) as Uint8Array
  return { codec, keys, session: await codec.open(session, keys) }
}

/** The code and the text of the error that `act` throws. */
export function refusalOf(act: () => unknown): { readonly code: SessErrorCode; readonly message: string } {
  try {
    act()
  } catch (error) {
    if (isSessError(error)) return { code: error.code, message: error.message }
    throw error
  }
  return expect.fail('nothing was thrown')
}

export const authFailed = {
  code: 'CODEC_AUTH_FAILED',
  message: 'a value was changed, moved, or encrypted with another key',
} as const

/** A copy with one byte changed. */
export function changed(bytes: Uint8Array, at: number, mask = 0xff): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ mask
  return copy
}
