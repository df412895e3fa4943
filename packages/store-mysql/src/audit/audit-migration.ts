/**
 * The statement that makes the table of the audit log, for people whose application may not run DDL. Rows are only ever inserted:
 * `INSERT` and `SELECT` on it are all that a writer needs.
 */
export function auditMigration(tablePrefix: string): string {
  const columns = [
    'chain VARBINARY(36) NOT NULL',
    'seq BIGINT NOT NULL',
    'line BLOB NOT NULL',
    'PRIMARY KEY (chain, seq)',
  ]
  return `CREATE TABLE IF NOT EXISTS \`${tablePrefix}audit\` (\n  ${columns.join(',\n  ')}\n) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`
}
