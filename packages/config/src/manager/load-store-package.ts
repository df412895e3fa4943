import { SessError } from '@sess/core'

/** What each store needs to be installed. */
const needed = {
  '@sess/store-memory': ['@sess/store-memory'],
  '@sess/store-redis': ['@sess/store-redis', 'ioredis'],
  '@sess/store-mysql': ['@sess/store-mysql', 'kysely', 'mysql2'],
} as const

/**
 * What `load` imports.
 *
 * @throws {@link SessError} `PACKAGE_MISSING` if the package, or a driver it needs, is not installed.
 */
export async function loadStorePackage<Module>(
  name: keyof typeof needed,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const missing = missingPackage(cause)
    if (missing === null) throw cause
    const install = `npm install ${needed[name].join(' ')}`
    throw new SessError(
      'PACKAGE_MISSING',
      `${missing === '' ? name : missing} is not installed; run: ${install}`,
      { package: missing === '' ? name : missing, install },
      { cause },
    )
  }
}

/** The package that an import did not find; empty if it is not said which, null if that is not what happened. */
function missingPackage(error: unknown): string | null {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return null
  const [, name = ''] = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w.-]+)[\w./-]*'/.exec(String(message)) ?? []
  return name
}
