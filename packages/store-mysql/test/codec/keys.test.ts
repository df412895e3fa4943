import { sharedDatabase } from '@sess/test-servers'
import { bundleProgram, testKeys } from '@sess/testkit'
import { inject } from 'vitest'
import { storeGroup } from '../stores.ts'

testKeys({
  program: () =>
    bundleProgram(new URL('keys-program.ts', import.meta.url), new URL('../../', import.meta.url), 'codec/keys-worker'),
  async place() {
    const url = await sharedDatabase(inject('testServers'))
    const group = storeGroup({ url })
    const options = { url, tablePrefix: group.tablePrefix }
    return { options, open: (codec) => group.open({ codec }), dispose: () => group.dispose() }
  },
})
