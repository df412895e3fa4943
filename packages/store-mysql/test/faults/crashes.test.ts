import { fileURLToPath } from 'node:url'
import { sharedDatabase } from '@sess/test-servers'
import { testCrashes } from '@sess/testkit'
import { build } from 'esbuild'
import { beforeAll, inject } from 'vitest'
import { storeGroup } from '../stores.ts'
import { isLong } from './under-load.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const program = file('../../node_modules/.cache/crash-program.mjs')

beforeAll(async () => {
  await build({
    entryPoints: [file('./crash-program.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: {
      '@sess/core': file('../../../core/src/index.ts'),
      '@sess/testkit': file('../../../testkit/src/faults/crash-worker.ts'),
    },
    external: ['kysely', 'mysql2'],
  })
})

testCrashes({
  program,
  kills: isLong ? 12 : 3,
  async open() {
    const url = await sharedDatabase(inject('testServers'))
    const group = storeGroup({ url })
    const options = { url, tablePrefix: group.tablePrefix, timeoutMs: 20_000 }
    return { store: group.open(), options, dispose: () => group.dispose() }
  },
})
