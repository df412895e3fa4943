import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { debianArchive } from './debian-archive.ts'
import { findExecutable } from './find-executable.ts'
import { runWatched } from './run-watched.ts'
import { makeTempFolder, removeTempFolder } from './temp-folder.ts'

/**
 * Gets a MySQL server out of Debian's unstable suite: no stable one carries it. Nothing is installed. apt-get downloads
 * into private folders, from the machine's own mirror and checked with its own keys, as if for an empty system: the
 * server comes with its own libc, and is started through the loader next to it.
 *
 * @returns the path of a mysqld, kept in the user's cache folder; null if this is not Debian, or something fails.
 */
export async function fetchMysql(): Promise<string | null> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sess-test-servers', 'mysql')
  const mysqld = join(cache, 'mysqld')
  if (existsSync(mysqld)) return mysqld
  const archive = debianArchive()
  const aptGet = findExecutable('apt-get')
  if (archive === null || aptGet === undefined) return null

  process.stderr.write('Fetching MySQL for the tests.\n')
  const temp = makeTempFolder('fetch')
  try {
    await download(aptGet, archive, temp)
    const made = join(temp, 'made')
    await unpack(join(temp, 'cache/archives'), join(made, 'root'))
    await writeFile(join(made, 'mysqld'), startScript)
    await chmod(join(made, 'mysqld'), 0o755)
    await runWatched(join(made, 'mysqld'), ['--no-defaults', '--version'])
    await keep(made, cache)
    return mysqld
  } catch (error) {
    process.emitWarning(`MySQL could not be fetched: ${error instanceof Error ? error.message : error}`)
    return null
  } finally {
    await removeTempFolder(temp)
  }
}

async function download(aptGet: string, archive: string, temp: string): Promise<void> {
  await mkdir(join(temp, 'lists/partial'), { recursive: true })
  await mkdir(join(temp, 'cache/archives/partial'), { recursive: true })
  await writeFile(join(temp, 'sources.list'), `deb ${archive} unstable main\n`)
  await writeFile(join(temp, 'status'), '')
  const settings = {
    'Dir::Etc::sourcelist': join(temp, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(temp, 'lists'),
    'Dir::Cache': join(temp, 'cache'),
    // An empty system, so that everything down to libc is downloaded.
    'Dir::State::status': join(temp, 'status'),
    // The folder is closed to apt's own user.
    'APT::Sandbox::User': '',
    'APT::Get::List-Cleanup': 'false',
  }
  const options = ['-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
  await runWatched(aptGet, [...options, 'update'])
  const install = ['install', '-y', '--download-only', '--no-install-recommends', 'mysql-server-core']
  await runWatched(aptGet, [...options, ...install])
}

async function unpack(archives: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true })
  // Dependencies of the scripts around the server, not of the server.
  const needless = /^(perl|perl-base|perl-modules.*|libperl.*|systemd)_/
  const packages = readdirSync(archives).filter((name) => name.endsWith('.deb') && !needless.test(name))
  for (const name of packages) await runWatched('dpkg', ['-x', join(archives, name), root])
}

/** Moves the finished folder to its place, unless another process was faster. */
async function keep(made: string, cache: string): Promise<void> {
  await mkdir(dirname(cache), { recursive: true })
  const beside = `${cache}-${process.pid}`
  await runWatched('cp', ['-a', made, beside])
  await rename(beside, cache).catch(() => rm(beside, { recursive: true }))
}

const startScript = `#!/bin/sh
root=$(cd "$(dirname "$0")" && pwd)/root
for loader in "$root"/usr/lib*/ld-linux*.so.*; do :; done
for libraries in "$root"/usr/lib/*-linux-gnu; do :; done
exec "$loader" --library-path "$libraries" "$root/usr/sbin/mysqld" "$@" \\
  --lc-messages-dir="$root/usr/share/mysql" --character-sets-dir="$root/usr/share/mysql/charsets" \\
  --plugin-dir="$root/usr/lib/mysql/plugin"
`
