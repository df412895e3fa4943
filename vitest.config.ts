import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url)).map((name) => ({ name, root: `${root}${parent}/${name}` })),
)

export default defineConfig({
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
      test: { name, root, include: ['test/**/*.test.ts'] },
    })),
  },
})
