import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { assert, beforeAll, describe, expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../../core/dist/index.js', import.meta.url))

// What Node, Bun, Deno, edge runtimes and browsers all have beyond the language itself. No process, Buffer or require.
const webGlobals = {
  AbortController,
  AbortSignal,
  crypto,
  DOMException,
  Event,
  EventTarget,
  performance,
  queueMicrotask,
  ReadableStream,
  structuredClone,
  TextDecoder,
  TextEncoder,
  TransformStream,
  URL,
  WritableStream,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
}

describe('core, as one bundle for no platform in particular', () => {
  let code = ''
  let imports: readonly string[] = []

  beforeAll(async () => {
    assert(existsSync(entry), 'There is no build to bundle: run npm test or pnpm build first.')
    const { outputFiles, metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'neutral',
      format: 'iife',
      globalName: 'sess',
      external: ['node:*', ...builtinModules],
      metafile: true,
      write: false,
    })
    code = outputFiles.map(({ text }) => text).join('\n')
    imports = Object.values(metafile.inputs).flatMap((input) =>
      input.imports.filter((i) => i.external).map((i) => i.path),
    )
  })

  test('imports no Node built-in and no package', () => {
    expect(imports).toEqual([])
  })

  test('evaluates where only web-standard globals exist', () => {
    const context = createContext({ ...webGlobals })
    runInContext(code, context)
    expect(runInContext('typeof sess.SessionManager', context)).toBe('function')
    expect(runInContext('typeof process + typeof Buffer + typeof require', context)).toBe('undefined'.repeat(3))
  })
})
