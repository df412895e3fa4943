import { mkdir, readFile, rm } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import type * as WorkspaceModule from '../../src/workspace/index.ts'
import { workspaceCases } from './cases/workspace-cases.ts'
import { runCase, type WorkspaceCase } from './cases/world.ts'
import { type WorkspaceMutant, workspaceMutants } from './mutants/workspace-mutants.ts'

const sources = new URL('../../src/workspace/', import.meta.url)
const cache = new URL(`../../node_modules/.cache/workspace-mutants-${process.pid}/`, import.meta.url)

beforeAll(() => mkdir(cache, { recursive: true }))
afterAll(() => rm(cache, { recursive: true }))

for (const [index, mutant] of workspaceMutants.entries())
  test(`mutant: ${mutant.file} without "${mutant.guard.slice(0, 60)}": "${mutant.fails}…" fails`, async () => {
    const { workspaces } = await mutated(mutant, index)
    await expect(runCase(workspaces, caseNamed(mutant.fails))).rejects.toThrow()
  }, 30_000)

test('without a change none of those cases fails: it is the missing guards that do', async () => {
  const { workspaces } = await mutated(null, -1)
  for (const name of new Set(workspaceMutants.map(({ fails }) => fails))) await runCase(workspaces, caseNamed(name))
}, 60_000)

function caseNamed(beginning: string): WorkspaceCase {
  const [found, ...others] = workspaceCases.filter(({ name }) => name.startsWith(beginning))
  assert.ok(found !== undefined && others.length === 0, `${beginning} is the beginning of one case`)
  return found
}

/** The sources of workspaces, built without the guard. */
async function mutated(mutant: WorkspaceMutant | null, index: number): Promise<typeof WorkspaceModule> {
  const outfile = fileURLToPath(new URL(`${index}.mjs`, cache))
  let changed = mutant === null
  await build({
    entryPoints: [fileURLToPath(new URL('index.ts', sources))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\/workspace\/[\w-]+\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, 'utf8')
            if (mutant === null || !path.endsWith(`/workspace/${mutant.file}`)) return { contents: text, loader: 'ts' }
            assert.equal(text.split(mutant.guard).length, 2, 'the guard is in the file exactly once')
            changed = true
            return { contents: text.replace(mutant.guard, () => mutant.instead), loader: 'ts' }
          }),
      },
    ],
  })
  assert.ok(changed, 'the file is part of the build')
  return await import(pathToFileURL(outfile).href)
}
