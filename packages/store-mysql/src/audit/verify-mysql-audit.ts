import { type AuditVerdict, type VerifyOptions, verifyLines } from '@sess/core/audit'
import { type MysqlAuditPlace, MysqlPlace } from './mysql-place.ts'

/**
 * Reads a table that {@link mysqlAudit} writes to, in bounded memory, and tells whether it is as it was written. Writers may go on meanwhile.
 *
 * Without anchors an end that was cut off shows only if another writer began after it; keep `heads` of the verdict elsewhere and hand
 * them in the next time.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT`, `STORE_UNAVAILABLE`.
 */
export async function verifyMysqlAudit(place: MysqlAuditPlace, options: VerifyOptions): Promise<AuditVerdict> {
  const log = new MysqlPlace({ ...place, migrate: 'check' })
  try {
    // Before the lines: what is noted later may be of lines that were not read.
    const noted = await log.noted()
    return await verifyLines(log.lines(), { ...options, anchors: [...(options.anchors ?? []), ...noted] })
  } finally {
    await log.close()
  }
}
