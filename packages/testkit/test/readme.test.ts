import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { assert, beforeAll, describe, test } from 'vitest'
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

const blocks = readmeBlocks(root).map((block) => ({
  ...block,
  file: join(folder, `${block.place.replaceAll(/[^\w-]+/g, '-')}.ts`),
}))

describe('readme', () => {
  let problems: readonly ts.Diagnostic[] = []

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    for (const { file, code } of blocks) {
      writeFileSync(file, code)
      const { outputText } = ts.transpileModule(code, { compilerOptions: { ...options, module: ts.ModuleKind.ESNext } })
      writeFileSync(file.replace(/ts$/, 'js'), outputText)
    }
    problems = ts.getPreEmitDiagnostics(
      ts.createProgram(
        blocks.map(({ file }) => file),
        options,
      ),
    )
  }, 240_000)

  test('the packages are built, declarations too', () => {
    const built = ['index.js', 'index.d.ts'].every((name) => existsSync(join(root, 'packages/core/dist', name)))
    assert(built, 'There is no build to run the examples on: run npm test or pnpm build first.')
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
