import { fullEffort, quickEffort } from './effort.ts'
import { mysqlTable } from './mysql/mysql-tables.ts'
import { findingRow } from './report/table.ts'
const quick = process.argv.includes('--quick')
const kind = process.argv.includes('mysql') ? 'MySQL' : 'MariaDB'
await mysqlTable(kind, quick ? quickEffort : fullEffort, (f) => process.stderr.write(`${findingRow(f).join(' | ')}\n`))
