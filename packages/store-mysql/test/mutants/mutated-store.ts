import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { MysqlStore } from '../../src/index.ts'
import type { SqlMutant } from './sql-mutants.ts'

type Change = Pick<SqlMutant, 'file' | 'guard' | 'instead'>

/**
 * Bundles the store with one place of its sources changed, and loads it.
 *
 * @throws an Error if the guard does not stand in its file exactly once.
 */
export async function mutatedStore(change: Change | null, outfile: string): Promise<typeof MysqlStore> {
  const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const changed = change === null ? null : source(`../../src/${change.file}.ts`)
  let count = 0
  await build({
    entryPoints: [source('../../src/index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: {
      '@sess/core': source('../../../core/src/index.ts'),
      '@sess/core/audit': source('../../../core/src/audit/index.ts'),
    },
    external: ['kysely', 'mysql2'],
    plugins: [
      {
        name: 'change',
        setup(builder) {
          builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            if (change === null || path !== changed) return null
            const text = await readFile(path, 'utf8')
            count = text.split(change.guard).length - 1
            return { contents: text.replace(change.guard, () => change.instead), loader: 'ts' }
          })
        },
      },
    ],
  })
  if (change !== null && count !== 1) throw new Error(`${change.file}: the guard is there ${count} times, not once`)
  return ((await import(outfile)) as { readonly MysqlStore: typeof MysqlStore }).MysqlStore
}
