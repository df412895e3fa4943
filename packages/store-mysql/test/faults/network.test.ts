import { proxy } from '@sess/test-servers'
import { testNetworkFaults } from '@sess/testkit'
import { onEachDatabase } from '../each-database.ts'
import { rounds, timeoutMs, underLoad } from './under-load.ts'

onEachDatabase((newDatabase) =>
  testNetworkFaults({
    open: async () => await proxy(await newDatabase()),
    underLoad: (url, strike) => underLoad({ url }, ({ load }) => strike(load)),
    rounds,
    timeoutMs,
    requests: ['commit', 'insert into'],
  }),
)
