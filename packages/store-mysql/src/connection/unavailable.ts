import { SessError } from '@sess/core'
import { DeadlineError } from './call.ts'
import { DriverError, timedOut } from './driver-error.ts'

/** What a caller is told of an error from inside. */
export function told(error: unknown): unknown {
  if (error instanceof DeadlineError) return unavailable(timedOut(), false)
  return error instanceof DriverError ? unavailable(error, error.mayHaveLanded) : error
}

/** The error a caller gets when the server did not do what it was asked. */
export function unavailable(cause: DriverError, mayHaveLanded: boolean): SessError<'STORE_UNAVAILABLE'> {
  const outcome = mayHaveLanded ? 'unknown' : 'not-written'
  return new SessError('STORE_UNAVAILABLE', sentence(cause), { outcome }, { cause })
}

function sentence({ errno, code, message }: DriverError): string {
  switch (errno) {
    case 1044:
    case 1045:
    case 1130:
    case 1698:
      return `MySQL lets this user not in: ${message}`
    case 1049:
      return `the database does not exist: ${message}`
    case 1142:
    case 1227:
      return `this user of MySQL lacks a right: ${message}`
    case 1146:
    case 1054:
      return 'the tables of the store are missing or of another version: migrate it'
    case 1290:
    case 1792:
    case 1836:
      return 'MySQL takes no writes: the server is read-only'
    case 1040:
    case 1203:
    case 1226:
      return 'MySQL takes no more connections'
    case 1153:
      return 'MySQL takes no packets of this size: its max_allowed_packet is smaller than when the store was opened'
    case 1021:
    case 1114:
      return 'the disk or a table of MySQL is full'
  }
  if (code === 'POOL_EXHAUSTED') return 'no connection came free in time: all of the pool are in use'
  if (errno === 3159) return 'MySQL wants a connection with TLS, which the options do not ask for'
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return 'MySQL offers no TLS, which the options ask for'
  if (/certificate/.test(message)) return certificateSentence(message)
  if (code === 'TIMEOUT') return 'MySQL did not answer in time'
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH')
    return `MySQL cannot be reached: ${message}`
  return `MySQL failed: ${message}`
}

function certificateSentence(message: string): string {
  if (message.includes('has expired')) return 'the certificate of MySQL has expired'
  if (message.includes('altnames')) return 'the certificate of MySQL is for another host'
  return 'the certificate of MySQL is from an authority that is not trusted'
}
