import type { Transaction } from '../connection/database.ts'

/** What the server says about itself. */
export interface ServerFacts {
  readonly version: string
  readonly now: number
  readonly maxPacketBytes: number
  readonly isReadOnly: boolean
  readonly isolation: string
  /** The binary log is written by statement. */
  readonly hasStatementLog: boolean
  /** Text arrives whole: a pool that was handed in may speak a smaller character set. */
  readonly isUtf8: boolean
  /** What was committed survives a crash of the server's machine. */
  readonly isEveryCommitSynced: boolean
}

/** Variables that both servers have, and two that only one has. Users without any right may see them all. */
const variables = [
  'binlog_format',
  'innodb_flush_log_at_trx_commit',
  'log_bin',
  'max_allowed_packet',
  'read_only',
  'super_read_only',
  'sync_binlog',
  'transaction_isolation',
  'tx_isolation',
  'version',
]

export async function serverFacts(reader: Transaction): Promise<ServerFacts> {
  const rows = await reader.rows<{ readonly Variable_name: string; readonly Value: string }>({
    sql: 'show variables where variable_name in (?)',
    parameters: [variables],
  })
  const values = new Map(rows.map((row) => [row.Variable_name, row.Value]))
  const is = (name: string, ...wanted: readonly string[]): boolean => wanted.includes(values.get(name) ?? '')
  const [sample] = await reader.rows<{ readonly now: number; readonly hex: string }>({
    sql: 'select cast(unix_timestamp(sysdate(3)) * 1000 as signed) as now, hex(?) as hex',
    parameters: ['ä😀'],
  })
  return {
    version: values.get('version') ?? 'unknown',
    now: Number(sample?.now),
    maxPacketBytes: Number(values.get('max_allowed_packet')),
    isReadOnly: is('read_only', 'ON', '1') || is('super_read_only', 'ON', '1'),
    isolation: values.get('transaction_isolation') ?? values.get('tx_isolation') ?? 'unknown',
    hasStatementLog: is('log_bin', 'ON', '1') && is('binlog_format', 'STATEMENT'),
    isUtf8: sample?.hex === 'C3A4F09F9880',
    isEveryCommitSynced:
      is('innodb_flush_log_at_trx_commit', '1') && (!is('log_bin', 'ON', '1') || is('sync_binlog', '1')),
  }
}
