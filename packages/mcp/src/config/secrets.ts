import { type Owner, SessError } from '@sess/core'
import { parsedText, type Reference } from './reference.ts'

/** A secret that a client needs to connect, and who needs it. */
export interface SecretRequest {
  /** `env` of `${env:GITHUB_TOKEN}`. */
  readonly source: string
  /** `GITHUB_TOKEN` of it. */
  readonly name: string
  readonly owner: Owner
  readonly sessionId: string
  readonly server: string
}

/**
 * Looks up a secret for its owner. Asked anew whenever a client connects; nothing it answers is kept. Null or undefined: there is none.
 */
export type SecretResolver = (
  request: SecretRequest,
  options: { readonly signal: AbortSignal },
) => Promise<string | null | undefined> | string | null | undefined

/** Answers `${env:NAME}` from the variables named, for every owner. There is no way to hand over all variables by accident. */
export function environmentSecrets(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretResolver {
  const known = new Set(names)
  return ({ source, name }) => (source === 'env' && known.has(name) ? environment[name] : null)
}

/** Puts what `lookUp` answers in place of the references: once, so that what comes is never looked at again. */
export async function withSecrets(
  text: string,
  server: string,
  lookUp: (reference: Reference) => Promise<string | null | undefined>,
): Promise<string> {
  const resolved = (parsedText(text) ?? []).map(async (piece) => {
    if (typeof piece === 'string') return piece
    const value = await lookUp(piece)
    if (typeof value === 'string' && value !== '') return value
    if (piece.fallback !== null) return piece.fallback
    throw unresolved(server, `${piece.source}:${piece.name}`)
  })
  return (await Promise.all(resolved)).join('')
}

function unresolved(server: string, reference: string): SessError {
  const reason = `nobody knows ${reference}`
  return new SessError('MCP_SECRET_UNRESOLVED', `${server}: ${reason}`, { server, reference, reason })
}
