import { startRedis, type TestServer } from '@sess/test-servers'
import { bundleProgram, testKeys } from '@sess/testkit'
import { afterAll, beforeAll } from 'vitest'
import { storeGroup } from '../stores.ts'

// Of its own: the keys of all that is in a server are gone through.
let server: TestServer | undefined
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server?.stop())

testKeys({
  program: () =>
    bundleProgram(new URL('keys-program.ts', import.meta.url), new URL('../../', import.meta.url), 'codec/keys-worker'),
  async place() {
    const url = server?.url ?? ''
    const group = storeGroup({ url })
    const options = { url, keyPrefix: group.keyPrefix }
    return { options, open: (codec) => group.open({ codec }), dispose: () => group.dispose() }
  },
})
