import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import type { Done, Task } from './process-worker.ts'

const worker = fileURLToPath(new URL('../node_modules/.cache/process-worker.mjs', import.meta.url))

/** For a file of tests: hands out what has so many processes do the same at once. */
export function useProcesses(): (count: number, task: Task) => Promise<readonly Done[]> {
  const running = new Set<ChildProcess>()

  beforeAll(async () => {
    const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
    await build({
      entryPoints: [file('./process-worker.ts')],
      outfile: worker,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      alias: {
        '@sess/core': file('../../core/src/index.ts'),
        '@sess/core/audit': file('../../core/src/audit/index.ts'),
      },
      external: ['kysely', 'mysql2'],
    })
  })

  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
  })

  return (count, task) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const child = fork(worker)
        running.add(child)
        child.send(task)
        const [done] = (await once(child, 'message')) as [Done]
        await once(child, 'exit')
        running.delete(child)
        return done
      }),
    )
}
