import { type MysqlServer, sharedDatabase, startMysql } from '@sess/test-servers'
import { afterAll, beforeAll, describe, inject } from 'vitest'

/** Declares tests on the MariaDB that all share, and on a real MySQL where one is wanted. `database` makes an empty one. */
export function onEachDatabase(declare: (database: () => Promise<string>) => void): void {
  describe('MariaDB', () => declare(() => sharedDatabase(inject('testServers'))))
  describe.runIf(process.env.SESS_TEST_MYSQL === '1')('MySQL', () => {
    let server: MysqlServer | null = null
    beforeAll(async () => {
      server = await startMysql()
    }, 180_000)
    afterAll(() => server?.stop())
    declare(async () => {
      if (server === null) throw new Error('there is no MySQL here')
      return await server.database()
    })
  })
}
