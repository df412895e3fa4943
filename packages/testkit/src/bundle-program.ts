import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Bundles a program for a process of its own, from the sources, as the tests run on them. It goes into the package that has
 * the drivers, which are left outside.
 *
 * @param program a file of a package's `test` folder.
 * @param packageRoot the folder of that package.
 * @param part what the program needs of the test kit.
 * @returns the path of the bundle.
 */
export async function bundleProgram(
  program: URL,
  packageRoot: URL,
  part: 'faults/crash-worker' | 'codec/keys-worker' = 'faults/crash-worker',
): Promise<string> {
  const entry = fileURLToPath(program)
  const outfile = fileURLToPath(new URL(`node_modules/.cache/${basename(entry, '.ts')}.mjs`, packageRoot))
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    loader: { '.lua': 'text' },
    // Of the test kit only what such a program needs: the rest is for vitest.
    alias: {
      '@sess/core': file('../../core/src/index.ts'),
      '@sess/core/audit': file('../../core/src/audit/index.ts'),
      '@sess/core/codec': file('../../core/src/codec/index.ts'),
      '@sess/store-mysql': file('../../store-mysql/src/index.ts'),
      '@sess/store-redis': file('../../store-redis/src/index.ts'),
      '@sess/testkit': file(`./${part}.ts`),
    },
    external: ['ioredis', 'kysely', 'mysql2'],
  })
  return outfile
}
