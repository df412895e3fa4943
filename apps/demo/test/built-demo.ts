import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { build as buildPage } from 'vite'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = {
  '@sess/core': 'packages/core/src/index.ts',
  '@sess/config': 'packages/config/src/index.ts',
  '@sess/core/audit': 'packages/core/src/audit/index.ts',
  '@sess/core/codec': 'packages/core/src/codec/index.ts',
  '@sess/core/workspace': 'packages/core/src/workspace/index.ts',
  '@sess/mcp': 'packages/mcp/src/index.ts',
  '@sess/prompt': 'packages/prompt/src/index.ts',
  '@sess/store-memory': 'packages/store-memory/src/index.ts',
  '@sess/store-mysql': 'packages/store-mysql/src/index.ts',
  '@sess/store-redis': 'packages/store-redis/src/index.ts',
}

/**
 * Bundles the demo and its page from the sources as they are now.
 *
 * @param name of the test file: each has a folder of its own, as they run at the same time.
 * @returns the file to run; the page lies beside it.
 */
export async function builtDemo(name: string): Promise<string> {
  // Inside the app, where its dependencies are found.
  const folder = join(root, 'apps/demo/node_modules/.cache', name)
  await buildPage({
    configFile: join(root, 'apps/demo/vite.config.ts'),
    build: { outDir: join(folder, 'page'), emptyOutDir: true },
  })
  await build({
    config: false,
    silent: true,
    entry: [join(root, 'apps/demo/src/main.ts')],
    outDir: folder,
    format: 'esm',
    target: 'node20',
    outExtension: () => ({ js: '.mjs' }),
    external: ['ai', '@ai-sdk/openai-compatible', 'zod', 'hono', '@hono/node-server', 'ioredis', 'kysely', 'mysql2'],
    loader: { '.lua': 'text' },
    noExternal: [/^@sess\//],
    // What comes with a package of ours is bundled, and some of it is no ES module.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    esbuildOptions: (options) => {
      options.alias = Object.fromEntries(Object.entries(sources).map(([name, file]) => [name, join(root, file)]))
    },
  })
  return join(folder, 'main.mjs')
}

/** What came of a run. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command without a terminal, with `input` as its standard input, and waits for its end. */
export async function run(
  command: readonly [string, ...string[]],
  { input = '', env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Run> {
  const [file, ...args] = command
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(file, args, { env: { PATH, HOME, TERM: 'xterm', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.end(input)
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
