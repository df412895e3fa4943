import { sharedDatabase } from '@sess/test-servers'
import { bundleProgram, testCrashes } from '@sess/testkit'
import { inject } from 'vitest'
import { storeGroup } from '../stores.ts'
import { isLong } from './under-load.ts'

testCrashes({
  program: () => bundleProgram(new URL('crash-program.ts', import.meta.url), new URL('../../', import.meta.url)),
  kills: isLong ? 12 : 3,
  async open() {
    const url = await sharedDatabase(inject('testServers'))
    const group = storeGroup({ url })
    const options = { url, tablePrefix: group.tablePrefix, timeoutMs: 20_000 }
    return { store: group.open(), options, dispose: () => group.dispose() }
  },
})
