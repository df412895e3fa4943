import { dockerHas } from './docker.ts'
import { type FetchableProgram, fetchProgram } from './fetch-program.ts'
import type { Program } from './find-program.ts'

/** Redis and Valkey beside the one of the machine. */
const releases: ReadonlyMap<string, FetchableProgram & { readonly image: string }> = new Map([
  ['redis-8', { name: 'Redis 8', suite: 'trixie', ...fromDebian('redis'), image: 'redis:8' }],
  ['valkey-8', { name: 'Valkey 8', suite: 'trixie', ...fromDebian('valkey'), image: 'valkey/valkey:8' }],
  ['valkey-9', { name: 'Valkey 9', suite: 'unstable', ...fromDebian('valkey'), image: 'valkey/valkey:9' }],
])

/** The package of the tools has the server, and no service: it is the same program by another name. */
function fromDebian(brand: string) {
  return {
    debianPackage: `${brand}-tools`,
    file: `usr/bin/${brand}-check-rdb`,
    executable: 'redis-server',
    probe: ['--version'],
  }
}

/**
 * Finds a release of Redis or Valkey: fetches it on Debian, or takes Docker.
 *
 * @throws an Error whose message says in one sentence what to do, if there is no way.
 */
export async function findRedisRelease(release: string): Promise<Program> {
  const program = releases.get(release)
  if (program === undefined) throw new Error(`There is no ${release}: it is one of ${[...releases.keys()].join(', ')}.`)
  const path = await fetchProgram(program)
  if (path !== null) return { paths: new Map([[program.executable, path]]) }
  if (await dockerHas(program.image)) return { image: program.image }
  throw new Error(`${program.name} cannot be had here: it is fetched on Debian, or run by Docker.`)
}

/**
 * The releases to test on beside the Redis of the machine: none, or with `SESS_TEST_REDIS_VERSIONS=1` all that can be had
 * here. Of each other, one line says that its tests are left out.
 */
export async function otherRedisReleases(): Promise<string[]> {
  if (process.env.SESS_TEST_REDIS_VERSIONS !== '1') return []
  const found: string[] = []
  for (const release of releases.keys()) {
    try {
      await findRedisRelease(release)
      found.push(release)
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : error} Its tests are left out.\n`)
    }
  }
  return found
}
