import { AuditWriter, type AuditWriterOptions } from '@sess/core/audit'
import { type MysqlAuditPlace, MysqlPlace } from './mysql-place.ts'

export interface MysqlAuditOptions extends MysqlAuditPlace, AuditWriterOptions {}

/**
 * An audit log in a table of MySQL or MariaDB, each line sealed together with the one before. Any number of processes may use one
 * table: each writes a chain of its own. An event is kept when its transaction was committed; events that come together share one.
 * Close it after the manager.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` naming the option.
 */
export function mysqlAudit({ keys, activeKey, pseudonymKey, maxWaiting, ...place }: MysqlAuditOptions): AuditWriter {
  return new AuditWriter(new MysqlPlace(place), { keys, activeKey, pseudonymKey, maxWaiting })
}
