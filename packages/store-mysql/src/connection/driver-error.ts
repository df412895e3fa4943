/** What to do about an error of the driver or of the server. */
export type Remedy =
  /** The transaction was rolled back, the connection is fine: try again. Deadlocks and lock timeouts. */
  | 'retry'
  /** The connection is lost, or will be: destroy it, try again. */
  | 'reconnect'
  /** Another server took over, or this one is full: the same after a longer wait. */
  | 'wait'
  /** A row of this key is there. */
  | 'duplicate'
  /** A value that the server does not take; others may go. */
  | 'value'
  /** Trying again would change nothing. */
  | 'fail'

const remedies: Readonly<Record<Exclude<Remedy, 'fail'>, readonly (number | string)[]>> = {
  // Deadlock, lock wait, record changed since it was read, table definition changed, XA and certification failures.
  retry: [1213, 1205, 1020, 1412, 1614, 3101, 3572],
  reconnect: [
    ...[1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 2006, 2013, 3024, 3169, 4031],
    ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'PROTOCOL_PACKETS_OUT_OF_ORDER'],
    ...['PROTOCOL_INCORRECT_PACKET_SEQUENCE', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', 'PROTOCOL_UNEXPECTED_PACKET'],
    ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'],
  ],
  // Read only (a failover under way), too many connections of all, of this user, in this hour.
  wait: [1290, 1792, 1836, 3100, 1040, 1203, 1226],
  duplicate: [1062],
  // Too long, wrong text, out of range, truncated, packet too large, key too long.
  value: [1406, 1366, 1264, 1265, 1153, 1301, 3854],
}

const remedyOf: ReadonlyMap<number | string, Remedy> = new Map(
  Object.entries(remedies).flatMap(([remedy, codes]) => codes.map((code) => [code, remedy as Remedy])),
)

/** An error of the driver without what it must not tell: the statement, its values, and what messages quote of them. */
export class DriverError extends Error {
  override readonly name: string = 'DriverError'
  readonly code: string
  readonly errno: number
  readonly remedy: Remedy
  /** Set if the statement was a COMMIT, or one that commits itself: then it may have landed. */
  readonly mayHaveLanded: boolean

  constructor(code: string, errno: number, remedy: Remedy, text: string, mayHaveLanded: boolean) {
    super(text === '' ? code : `${code}: ${text}`)
    this.code = code
    this.errno = errno
    this.remedy = remedy
    this.mayHaveLanded = mayHaveLanded
  }
}

/** Access, unknown database and host: their messages name users and hosts, and never values. */
const tellable: ReadonlySet<number | string> = new Set([
  ...[1044, 1045, 1049, 1130, 1142, 1146, 1227, 1251, 1698, 3159],
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'HANDSHAKE_NO_SSL_SUPPORT', 'HANDSHAKE_SSL_ERROR'],
])

export function driverError(error: unknown, mayHaveLanded = false): DriverError {
  if (error instanceof DriverError) return error
  const { code, errno, message, fatal } = fieldsOf(error)
  const known = remedyOf.get(errno) ?? remedyOf.get(code)
  const remedy = known ?? (fatal && !tellable.has(errno) && !tellable.has(code) ? 'reconnect' : 'fail')
  const text = tellable.has(errno) || tellable.has(code) || /^Pool is closed/.test(message) ? message : ''
  return new DriverError(code, errno, remedy, text, mayHaveLanded)
}

/** The deadline of a call passed. */
export function timedOut(mayHaveLanded = false): DriverError {
  return new DriverError('TIMEOUT', 0, 'fail', 'no answer in time', mayHaveLanded)
}

function fieldsOf(error: unknown): { code: string; errno: number; message: string; fatal: boolean } {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>
  const code = typeof fields['code'] === 'string' ? fields['code'] : 'UNKNOWN'
  const errno = typeof fields['errno'] === 'number' ? fields['errno'] : 0
  const message = typeof fields['message'] === 'string' ? fields['message'] : ''
  return { code, errno, message, fatal: fields['fatal'] === true }
}
