import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dockerHas } from './docker.ts'
import { type FetchableProgram, fetchProgram } from './fetch-program.ts'
import { findExecutable } from './find-executable.ts'
import type { Program } from './find-program.ts'
import { makeDatabase } from './make-database.ts'
import { adminSql, type MysqlOptions, type MysqlServer, mysqlArguments, mysqlReady, placeArguments } from './mariadb.ts'
import { runProgram } from './run-watched.ts'
import { startServer } from './start-server.ts'
import { writeCertificate } from './test-authority.ts'

export interface FetchableMysqlOptions extends MysqlOptions {
  /** Whether a MySQL that is not on PATH may be fetched, 80 MB or more. @default only if `SESS_TEST_MYSQL` is 1 */
  readonly fetch?: 'never' | 'if-missing'
}

/**
 * Starts an empty MySQL of its own, in some seconds: the real one, not MariaDB.
 *
 * @returns null if there is none, after a process warning that says in one sentence what to do.
 */
export async function startMysql(options: FetchableMysqlOptions = {}): Promise<MysqlServer | null> {
  const { fetch = process.env.SESS_TEST_MYSQL === '1' ? 'if-missing' : 'never', args = [], tls } = options
  const program = await findMysql(fetch)
  if (program === null) {
    process.emitWarning(
      'No MySQL for these tests: put a mysqld that is not MariaDB’s on PATH, ' +
        'or set SESS_TEST_MYSQL=1 to have one fetched on Debian or run by Docker.',
    )
    return null
  }
  const server = await startServer({
    program,
    executable: 'mysqld',
    kind: 'mysql',
    urlPrefix: 'mysql://sess:sess@',
    async prepare(place) {
      if (tls !== undefined) await writeCertificate(place.dataDir, tls)
      await writeFile(join(place.dataDir, 'init.sql'), adminSql)
      // Nothing is synced while the files are made: a machine that fails now has no data to lose.
      const fast = ['--loose-innodb-flush-method=nosync', '--skip-log-bin', '--innodb-redo-log-capacity=8M']
      await runProgram(program, 'mysqld', [...placeArguments(place), '--initialize-insecure', ...fast], place)
    },
    arguments: (place) => [...mysqlArguments(place, tls), '--mysqlx=OFF', '--secure-file-priv=', ...args],
    ready: mysqlReady,
  })
  return Object.assign(server, { database: () => makeDatabase(server.url) })
}

async function findMysql(fetch: 'never' | 'if-missing'): Promise<Program | null> {
  const path = findExecutable('mysqld')
  if (path !== undefined && (await isMysql(path))) return { paths: new Map([['mysqld', path]]) }
  if (fetch === 'never') return null
  const fetched = await fetchProgram(fetchableMysql)
  if (fetched !== null) return { paths: new Map([['mysqld', fetched]]) }
  const image = 'mysql:8.4'
  return (await dockerHas(image)) ? { image } : null
}

/** Debian has it in its unstable suite alone. */
const fetchableMysql: FetchableProgram = {
  name: 'MySQL',
  suite: 'unstable',
  debianPackage: 'mysql-server-core',
  file: 'usr/sbin/mysqld',
  executable: 'mysqld',
  probe: ['--no-defaults', '--version'],
  lastArguments:
    '--lc-messages-dir="$root/usr/share/mysql" --character-sets-dir="$root/usr/share/mysql/charsets" ' +
    '--plugin-dir="$root/usr/lib/mysql/plugin"',
}

/** MariaDB's server can be called mysqld, too. */
async function isMysql(path: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(path, ['--no-defaults', '--version'])
  return !stdout.includes('MariaDB')
}
