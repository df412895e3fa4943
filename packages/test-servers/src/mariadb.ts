import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, type Software } from './find-program.ts'
import { makeDatabase } from './make-database.ts'
import { runProgram } from './run-watched.ts'
import type { ServerPlace } from './server-process.ts'
import { startServer } from './start-server.ts'
import { type Certificate, certificateFiles, writeCertificate } from './test-authority.ts'
import type { TestServer } from './test-server.ts'

export interface MysqlOptions {
  /** More arguments for the server; they win over the ones given here: `['--max-connections=20']`. */
  readonly args?: readonly string[]
  /** Speaks TLS with whom it is asked to. `--require-secure-transport=ON` refuses all others. */
  readonly tls?: Certificate | undefined
}

/** A MySQL or MariaDB. Its own `url` is that of a user who may do everything, without a database. */
export interface MysqlServer extends TestServer {
  /** Makes an empty database and a user who owns it and sees no other. Resolves to the URL, in a few milliseconds. */
  database(): Promise<string>
}

export const mariadbSoftware: Software = {
  name: 'MariaDB',
  executables: ['mariadbd', 'mariadb-install-db'],
  debianPackages: ['mariadb-server-core', 'mariadb-client-core'],
  image: 'mariadb:11.8',
}

/** Starts an empty MariaDB of its own, in about a second. Commits are durable: on the disk before they are answered. */
export async function startMariadb(options: MysqlOptions = {}): Promise<MysqlServer> {
  const program = await findProgram(mariadbSoftware)
  const server = await startServer({
    program,
    executable: 'mariadbd',
    kind: 'mariadb',
    urlPrefix: 'mysql://sess:sess@',
    async prepare(place) {
      if (options.tls !== undefined) await writeCertificate(place.dataDir, options.tls)
      await writeFile(join(place.dataDir, 'init.sql'), adminSql)
      await runProgram(program, 'mariadb-install-db', installArguments(place), place)
    },
    arguments: (place) => [...mysqlArguments(place, options.tls), ...(options.args ?? [])],
    ready: mysqlReady,
  })
  return Object.assign(server, { database: () => makeDatabase(server.url) })
}

/** What MariaDB and MySQL understand alike. The machine's own option files are not for these servers. */
export function mysqlArguments(place: ServerPlace, tls?: Certificate | undefined): string[] {
  const { ca, cert, key } = certificateFiles(place.dataDir)
  return [
    ...placeArguments(place),
    ...(tls === undefined ? [] : [`--ssl-ca=${ca}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`]),
    ...[`--port=${place.port}`, `--bind-address=${place.bind}`, '--skip-name-resolve'],
    ...[`--socket=${join(place.dataDir, 'socket')}`, `--pid-file=${join(place.dataDir, 'pid')}`],
    ...[`--init-file=${join(place.dataDir, 'init.sql')}`, '--innodb-flush-log-at-trx-commit=1'],
  ]
}

export const mysqlReady: RegExp = /ready for connections[\s\S]*Version: '([^']+)'/

/** Makes the user of the server's `url` at every start. One statement per line: MariaDB wants it so. */
export const adminSql = `CREATE USER IF NOT EXISTS 'sess'@'%' IDENTIFIED BY 'sess';
GRANT ALL ON *.* TO 'sess'@'%' WITH GRANT OPTION;
`

/** Keeps to the place, temporary tables included. Both servers refuse to run as root unless they are told to. */
export function placeArguments({ dataDir }: ServerPlace): string[] {
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  return ['--no-defaults', ...asRoot, `--datadir=${join(dataDir, 'data')}`, `--tmpdir=${dataDir}`]
}

function installArguments(place: ServerPlace): string[] {
  return [
    ...placeArguments(place),
    ...['--auth-root-authentication-method=normal', '--skip-test-db'],
    // Without a thousand small flushes this takes 0.6 s instead of 3. A machine that fails now has no data to lose.
    ...['--loose-debug-no-sync', '--loose-skip-sync-frm', '--innodb-log-file-size=8M'],
  ]
}
