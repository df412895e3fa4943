import { proxy, sharedDatabase } from '@sess/test-servers'
import { testNetworkFaults } from '@sess/testkit'
import { inject } from 'vitest'
import { rounds, timeoutMs, underLoad } from './under-load.ts'

testNetworkFaults({
  open: async () => await proxy(await sharedDatabase(inject('testServers'))),
  underLoad: (url, strike) => underLoad({ url }, ({ load }) => strike(load)),
  rounds,
  timeoutMs,
  requests: ['commit', 'insert into'],
})
