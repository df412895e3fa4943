import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const built = new Map<string, Promise<string>>()

/** A program of this folder, made ready to be started by `node`. Each test process builds its own copy. */
export async function serverProgram(name: string): Promise<string> {
  const known = built.get(name)
  if (known !== undefined) return await known
  const file = buildProgram(name)
  built.set(name, file)
  return await file
}

async function buildProgram(name: string): Promise<string> {
  const outfile = fileURLToPath(
    new URL(`../../node_modules/.cache/servers-${process.pid}/${name}.mjs`, import.meta.url),
  )
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: { '@sess/core': fileURLToPath(new URL('../../../core/src/index.ts', import.meta.url)) },
    external: ['@modelcontextprotocol/*', 'ipaddr.js', 'undici'],
  })
  return outfile
}
