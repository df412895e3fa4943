import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import type { Done, Task } from './process-worker.ts'

const worker = fileURLToPath(new URL('../node_modules/.cache/process-worker.mjs', import.meta.url))

/** For a file of tests: hands out what has so many processes do the same at once. They are the same for every test. */
export function useProcesses(): (count: number, task: Task) => Promise<readonly Done[]> {
  const children: ChildProcess[] = []

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

  afterAll(async () => {
    for (const child of children) child.disconnect()
    // Nothing of a closed store keeps a process from its end.
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')))
  })

  return async (count, task) => {
    while (children.length < count) children.push(fork(worker))
    const dones = children.slice(0, count).map(async (child) => {
      child.send(task)
      const [done] = (await once(child, 'message')) as [Done]
      return done
    })
    return await Promise.all(dones)
  }
}
