import { aptInstall } from './apt-install.ts'
import { findExecutable } from './find-executable.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * Where a Chromium for tests is: on PATH; else installed, as root on Debian or Ubuntu.
 *
 * @returns null if there is none, after a process warning that says in one sentence what to do.
 */
export async function findChromium(): Promise<string | null> {
  // Without a font of its own a fresh container shows no letters.
  const path = onPath() ?? ((await aptInstall(['chromium', 'fonts-liberation'])) ? onPath() : undefined)
  if (path !== undefined) return path
  process.emitWarning(
    `No Chromium, so its tests are left out: put one of ${names.join(', ')} on PATH, ` +
      'or run the tests as root on Debian or Ubuntu to have it installed.',
  )
  return null
}

/** How it is started for tests: without a sandbox, which root may not have, and without calls to anybody. */
export const chromiumArguments: readonly string[] = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-quic'],
]

function onPath(): string | undefined {
  return names.map(findExecutable).find((path) => path !== undefined)
}
