import { isSessError } from '@sess/core'

/** Failures that can only happen before a byte of the request has left. */
const beforeSending = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Whether a failed fetch can't have reached its server: no name, no route, nobody there, not whom we wanted. */
export function neverSent(error: unknown): boolean {
  return causes(error).some((cause) => {
    const { code, syscall } = cause as { code?: unknown; syscall?: unknown }
    return syscall === 'connect' || syscall === 'getaddrinfo' || (typeof code === 'string' && beforeSending.has(code))
  })
}

/** What the system or the HTTP client calls the failure, such as `ECONNREFUSED`. */
export function failureCode(error: unknown): string | undefined {
  for (const cause of causes(error)) {
    // A code of our own says nothing of the system.
    if (
      'code' in cause &&
      !isSessError(cause) &&
      typeof cause.code === 'string' &&
      /^[A-Z][A-Z0-9_]+$/.test(cause.code)
    )
      return cause.code
  }
  return undefined
}

/** An error, what caused it, and what caused that. */
export function causes(error: unknown): readonly Error[] {
  const found: Error[] = []
  const open = [error]
  for (let next = open.shift(); next !== undefined && found.length < 16; next = open.shift()) {
    if (!(next instanceof Error) || found.includes(next)) continue
    found.push(next)
    open.push(next.cause)
    // A name with several addresses: one error for each.
    if (next instanceof AggregateError) open.push(...next.errors)
  }
  return found
}

/** The status that a library's error carries as its code. */
export function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const { code } = error
  return typeof code === 'number' && code >= 300 && code < 600 ? code : undefined
}
