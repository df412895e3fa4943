import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findExecutable } from './find-executable.ts'
import { makeTempFolder, removeTempFolder } from './temp-folder.ts'

/**
 * Installs packages with apt-get if this is root on Debian or Ubuntu and `SESS_TEST_INSTALL` is not 0.
 *
 * @returns whether the packages are installed now.
 */
export async function aptInstall(packages: readonly string[]): Promise<boolean> {
  const aptGet = findExecutable('apt-get')
  const isRoot = process.getuid?.() === 0
  if (aptGet === undefined || !isRoot || !existsSync('/etc/debian_version')) return false
  if (process.env.SESS_TEST_INSTALL === '0') return false

  process.stderr.write(`Installing ${packages.join(' ')} for the tests.\n`)
  const install = () => run(aptGet, ['install', '-y', '--no-install-recommends', ...packages])
  try {
    // The package lists of a fresh container are empty, those of an old machine name packages that are gone.
    await install().catch(() => run(aptGet, ['update']).then(install))
    return true
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    return false
  }
}

/** Left alone to its end, whatever happens to this process: half an installation is worse than one too many. */
async function run(aptGet: string, args: readonly string[]): Promise<void> {
  const folder = makeTempFolder('apt')
  // A file, for a pipe would break with this process, and apt-get with the pipe.
  const errors = join(folder, 'errors')
  const file = openSync(errors, 'w')
  try {
    // Parallel workers wait for one another.
    const child = spawn(aptGet, ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      detached: true,
      stdio: ['ignore', 'ignore', file],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`apt-get ${args[0]} failed: ${readFileSync(errors, 'utf8').trim()}`)
  } finally {
    closeSync(file)
    await removeTempFolder(folder)
  }
}
