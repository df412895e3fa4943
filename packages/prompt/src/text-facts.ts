import { utf8Bytes } from '@sess/core'
import { promptInvalid } from './prompt-invalid.ts'

/** What a prompt's text says about itself. */
export interface TextFacts {
  readonly digest: string
  readonly tokens: number
}

/** Counts the tokens of a text. It must depend on the text alone. */
export type TokenCounter = (text: string) => number

/** Works out the facts. This is the dear part of a composition: WebCrypto hashes on another thread. */
export async function textFacts(text: string, countTokens: TokenCounter = estimatedTokens): Promise<TextFacts> {
  const tokens = countTokens(text)
  if (!Number.isSafeInteger(tokens) || tokens < 0) throw promptInvalid('countTokens', 'must answer a whole number')
  return { digest: await sha256Hex(text), tokens }
}

/** Four bytes a token: close for English and Chinese alike, whose characters have one and three bytes. */
function estimatedTokens(text: string): number {
  return Math.ceil(utf8Bytes(text) / 4)
}

async function sha256Hex(text: string): Promise<string> {
  const hash = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
