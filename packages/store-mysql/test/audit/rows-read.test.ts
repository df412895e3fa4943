import assert from 'node:assert/strict'
import { createPool, type RowDataPacket } from 'mysql2/promise'
import { onTestFinished, test } from 'vitest'
import { MysqlPlace } from '../../src/audit/mysql-place.ts'
import { auditMigration } from '../../src/index.ts'
import { onEachDatabase } from '../each-database.ts'

onEachDatabase((newDatabase) => {
  test('a writer that begins reads a row of each chain and not the log, however long that is', async () => {
    const pool = createPool({ uri: await newDatabase(), connectionLimit: 1 })
    const place = new MysqlPlace({ pool, tablePrefix: 'a_' })
    onTestFinished(() => pool.end())
    await pool.query(auditMigration('a_'))
    const chains = 20
    for (let chain = 0; chain < chains; chain++) {
      const rows = Array.from({ length: 1_000 }, (_, seq) => [`chain-${chain}`, seq + 1, '{}'])
      await pool.query('insert into a_audit values ?', [rows])
    }
    await place.heads()
    const reads = async (): Promise<number> => {
      const [rows] = await pool.query<RowDataPacket[]>("show session status like 'Handler_read%'")
      return rows.reduce((sum, row) => sum + Number(row['Value']), 0)
    }
    for (const look of [() => place.heads(), () => place.noted()]) {
      const before = await reads()
      await look()
      const read = (await reads()) - before
      assert.ok(read <= 10 * chains, `${read} rows of ${chains * 1_000} were read`)
    }
  })
})
