import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles a program of this folder for a process of its own, from the sources of all packages, drivers included. */
export async function bundleWithSources(name: string): Promise<string> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
  const outfile = file(`../node_modules/.cache/programs-${process.pid}/${name}.mjs`)
  await build({
    entryPoints: [file(`${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    loader: { '.lua': 'text' },
    alias: {
      '@sess/core/audit': file('../../core/src/audit/index.ts'),
      ...Object.fromEntries(
        ['core', 'store-redis', 'store-mysql'].map((name) => [`@sess/${name}`, file(`../../${name}/src/index.ts`)]),
      ),
    },
    // Some drivers are CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    logLevel: 'error',
  })
  return outfile
}
