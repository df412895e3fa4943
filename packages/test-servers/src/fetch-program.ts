import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { debianArchive } from './debian-archive.ts'
import { findExecutable } from './find-executable.ts'
import { runWatched } from './run-watched.ts'
import { makeTempFolder, removeTempFolder } from './temp-folder.ts'

/** A program of another suite of Debian than the machine's. */
export interface FetchableProgram {
  /** For people: `Redis 8`. */
  readonly name: string
  /** `trixie`, `unstable`. */
  readonly suite: string
  readonly debianPackage: string
  /** Where the package has it: `usr/sbin/mysqld`. */
  readonly file: string
  /** What it has to be called to be what is wanted: `redis-check-rdb` called `redis-server` is a server. */
  readonly executable: string
  /** Arguments with which it says its version, and ends well. */
  readonly probe: readonly string[]
  /** Arguments it always needs; `$root` is the folder that stands for `/`. */
  readonly lastArguments?: string
}

/**
 * Gets a program that the machine's own suite does not carry. Nothing is installed. apt-get downloads into private
 * folders, from the machine's own mirror and checked with its own keys, as if for an empty system: the program comes
 * with its own libc, and is started through the loader next to it.
 *
 * @returns the path of the executable, kept in the user's cache folder; null if this is not Debian, or something fails.
 */
export async function fetchProgram(program: FetchableProgram): Promise<string | null> {
  const { name, executable } = program
  const folder = name.toLowerCase().replaceAll(' ', '-')
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sess-test-servers', folder)
  const path = join(cache, executable)
  if (existsSync(path)) return path
  const archive = debianArchive()
  const aptGet = findExecutable('apt-get')
  if (archive === null || aptGet === undefined) return null

  process.stderr.write(`Fetching ${name} for the tests.\n`)
  const temp = makeTempFolder('fetch')
  try {
    await download(aptGet, archive, program, temp)
    const made = join(temp, 'made')
    await unpack(join(temp, 'cache/archives'), join(made, 'root'))
    const script = join(made, executable)
    await writeFile(script, startScript(program))
    await chmod(script, 0o755)
    await runWatched(script, program.probe)
    await keep(made, cache)
    return path
  } catch (error) {
    process.emitWarning(`${name} could not be fetched: ${error instanceof Error ? error.message : error}`)
    return null
  } finally {
    await removeTempFolder(temp)
  }
}

async function download(
  aptGet: string,
  archive: string,
  { suite, debianPackage }: FetchableProgram,
  temp: string,
): Promise<void> {
  await mkdir(join(temp, 'lists/partial'), { recursive: true })
  await mkdir(join(temp, 'cache/archives/partial'), { recursive: true })
  await writeFile(join(temp, 'sources.list'), `deb ${archive} ${suite} main\n`)
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
  const install = ['install', '-y', '--download-only', '--no-install-recommends', debianPackage]
  await runWatched(aptGet, [...options, ...install])
}

async function unpack(archives: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true })
  // Dependencies of the scripts around a server, not of the server.
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

function startScript({ file, executable, lastArguments = '' }: FetchableProgram): string {
  return `#!/bin/sh
root=$(cd "$(dirname "$0")" && pwd)/root
for loader in "$root"/usr/lib*/ld-linux*.so.*; do :; done
for libraries in "$root"/usr/lib/*-linux-gnu; do :; done
exec "$loader" --argv0 "$root/${join(dirname(file), executable)}" --library-path "$libraries" "$root/${file}" "$@" ${lastArguments}
`
}
