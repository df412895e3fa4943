import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'
import { otherRedisReleases } from './packages/test-servers/src/redis-release.ts'
import { LongFilesFirst } from './packages/testkit/scripts/long-files-first.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url)).map((name) => ({ name, root: `${root}${parent}/${name}` })),
)

const serverSetup = `${root}packages/test-servers/src/vitest-setup.ts`

/** Lua scripts are imported as text, as in the builds. */
const luaAsText: Plugin = {
  name: 'lua-as-text',
  load: (id) => (id.endsWith('.lua') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined),
}

/** On other releases the tests of the Redis store run in their short form. */
const releases = await otherRedisReleases()

export default defineConfig({
  plugins: [luaAsText],
  resolve: {
    // Sources instead of builds: no build before a unit test, and one copy of core in every test.
    alias: [
      { find: /^@sess\/core\/([\w-]+)$/, replacement: `${root}packages/core/src/$1/index.ts` },
      { find: /^@sess\/([\w-]+)$/, replacement: `${root}packages/$1/src/index.ts` },
    ],
  },
  test: {
    // Long, as machines may be busy: what hangs is noticed all the same.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Many tests wait for servers and programs: three files at a time also on two cores, where Vitest would take one.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: LongFilesFirst },
    projects: [
      ...folders.map(({ name, root }) => ({
        extends: true as const,
        root,
        test: { name, root, include: ['test/**/*.test.ts'], globalSetup: usesServers(root) ? [serverSetup] : [] },
      })),
      ...releases.map((release) => ({
        extends: true as const,
        root: `${root}packages/store-redis`,
        test: {
          name: `store-redis on ${release}`,
          root: `${root}packages/store-redis`,
          include: ['test/**/*.test.ts'],
          // These look at scripts and counts, not at what a server makes of them.
          exclude: ['test/{mutants,processes}.test.ts'],
          env: { SESS_TEST_REDIS_RELEASE: release, SESS_TEST_LONG: '' },
          globalSetup: [serverSetup],
        },
      })),
    ],
  },
})

/** Only a project that names the package in its own package.json can ask for a Redis or MySQL. */
function usesServers(folder: string): boolean {
  const file = `${folder}/package.json`
  return existsSync(file) && readFileSync(file, 'utf8').includes('"@sess/test-servers"')
}
