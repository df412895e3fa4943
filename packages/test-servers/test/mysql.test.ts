import { createConnection } from 'mysql2/promise'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startMysql } from '../src/index.ts'

test('mysql: without the real one there is a sentence and no server', async () => {
  vi.stubEnv('PATH', '')
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  onTestFinished(() => {
    vi.unstubAllEnvs()
    warn.mockRestore()
  })
  const mysql = await startMysql({ fetch: 'never' })
  onTestFinished(() => mysql?.stop())
  // A MySQL in the system's own folders is found without PATH.
  if (mysql === null) expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^No MySQL .* put a mysqld/))
  else expect(mysql.version).not.toContain('MariaDB')
})

// Fetches 80 MB the first time, so only on request.
test.runIf(process.env.SESS_TEST_MYSQL === '1')(
  'mysql: keeps its data over a kill',
  { timeout: 300_000 },
  async ({ skip }) => {
    const mysql = await startMysql({ args: ['--max-connections=11'] })
    onTestFinished(() => mysql?.stop())
    if (mysql === null) return skip('There is no MySQL to be had.')
    const uri = await mysql.database()
    await query(uri, 'CREATE TABLE t (v VARCHAR(20))')
    await query(uri, 'INSERT INTO t VALUES (VERSION()), (@@max_connections), (@@innodb_flush_log_at_trx_commit)')
    await mysql.kill()
    await mysql.restart()
    expect(await query(uri, 'SELECT * FROM t')).toEqual([{ v: mysql.version }, { v: '11' }, { v: '1' }])
  },
)

async function query(uri: string, sql: string): Promise<unknown> {
  const connection = await createConnection({ uri })
  try {
    const [rows] = await connection.query(sql)
    return rows
  } finally {
    await connection.end()
  }
}
