import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { runNpm } from './run-npm.ts'

/**
 * Installs the npm project of a folder, from its lockfile, into the user's cache folder, unless it is there. For what is
 * too large to be a dependency of everybody who runs the tests.
 *
 * @returns the folder with its `node_modules`.
 */
export async function installLocked(folder: string): Promise<string> {
  const files = ['package.json', 'package-lock.json']
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(folder, file)))
  const cache = cacheFolder(`${basename(folder)}-${hash.digest('hex').slice(0, 16)}`)
  await makeOnce(cache, async (beside) => {
    for (const file of files) copyFileSync(join(folder, file), join(beside, file))
    await runNpm(beside, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  })
  return cache
}

/** Installs one package of an exact version into the user's cache folder, unless it is there. */
export async function installOnce(name: string, version: string): Promise<string> {
  const cache = cacheFolder(`${name.replaceAll('/', '-')}-${version}`)
  await makeOnce(cache, async (beside) => {
    await runNpm(beside, ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`])
  })
  return join(cache, 'node_modules', name)
}

function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sess-release-test', name)
}

/** What another process may be making too is made beside its place, and moved there when it is whole. */
async function makeOnce(folder: string, make: (beside: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return
  const beside = `${folder}-${process.pid}`
  mkdirSync(beside, { recursive: true })
  try {
    await make(beside)
    if (!existsSync(folder)) renameSync(beside, folder)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}
