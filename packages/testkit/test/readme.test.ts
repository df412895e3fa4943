import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { assert, beforeAll, describe, expect, test } from 'vitest'
import { readmeBlocks } from './readme-blocks.ts'
import { serversFor } from './servers-for.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
// Inside this package, so that @sess/* resolve to the built packages.
const folder = join(root, 'packages/testkit/.readme')

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  noEmit: true,
}

const published = ['config', 'core', 'mcp', 'prompt', 'store-memory', 'store-mysql', 'store-redis']

const blocks = readmeBlocks(root).map((block) => ({
  ...block,
  file: join(folder, `${block.place.replaceAll(/[^\w-]+/g, '-')}.ts`),
}))

describe('readme', () => {
  /** Of the blocks, and of our declarations they reach: nobody here answers for those of other packages. */
  let problems: readonly ts.Diagnostic[] = []
  let declarations: readonly string[] = []

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    for (const { file, code } of blocks) {
      writeFileSync(file, code)
      const { outputText } = ts.transpileModule(code, { compilerOptions: { ...options, module: ts.ModuleKind.ESNext } })
      writeFileSync(file.replace(/ts$/, 'js'), outputText)
    }
    const program = ts.createProgram(
      blocks.map(({ file }) => file),
      options,
    )
    const ours = program
      .getSourceFiles()
      .filter(({ fileName }) => /\/packages\/[^/]+\/(dist|\.readme)\//.test(fileName))
    declarations = ours.map(({ fileName }) => fileName).filter((file) => file.endsWith('.d.ts'))
    problems = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ]
  }, 240_000)

  test('the packages are built, declarations too', () => {
    const built = ['index.js', 'index.d.ts'].every((name) => existsSync(join(root, 'packages/core/dist', name)))
    assert(built, 'There is no build to run the examples on: run npm test or pnpm build first.')
  })

  test('the declarations of every package compile where they are checked', () => {
    const packages = declarations.map((file) => /packages\/([^/]+)\/dist/.exec(file)?.[1])
    expect([...new Set(packages)].sort()).toEqual(published)
    const own = problems.filter(({ file }) => file !== undefined && declarations.includes(file.fileName))
    assert(own.length === 0, ts.formatDiagnostics(own, diagnosticsHost))
  })

  for (const { place, file, code, runs } of blocks) {
    test(`${place} compiles${runs ? ' and runs' : ''}`, { timeout: 60_000 }, async () => {
      const own = problems.filter((problem) => problem.file === undefined || problem.file.fileName === file)
      assert(own.length === 0, ts.formatDiagnostics(own, diagnosticsHost))
      const script = file.replace(/ts$/, 'js')
      if (!runs) return
      const env = { ...process.env, ...(await serversFor(code)) }
      await promisify(execFile)(process.execPath, [script], { cwd: folder, timeout: 30_000, env })
    })
  }
})

const diagnosticsHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => folder,
  getNewLine: () => '\n',
}
