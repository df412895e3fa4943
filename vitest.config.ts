import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

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
    projects: folders.map(({ name, root }) => ({
      extends: true,
      root,
      test: { name, root, include: ['test/**/*.test.ts'], globalSetup: usesServers(root) ? [serverSetup] : [] },
    })),
  },
})

/** Only a project that names the package in its own package.json can ask for a Redis or MySQL. */
function usesServers(folder: string): boolean {
  const file = `${folder}/package.json`
  return existsSync(file) && readFileSync(file, 'utf8').includes('"@sess/test-servers"')
}
