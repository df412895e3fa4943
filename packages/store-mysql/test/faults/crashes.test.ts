import { bundleProgram, testCrashes } from '@sess/testkit'
import { onEachDatabase } from '../each-database.ts'
import { storeGroup } from '../stores.ts'
import { isLong } from './under-load.ts'

onEachDatabase((newDatabase) =>
  testCrashes({
    program: () => bundleProgram(new URL('crash-program.ts', import.meta.url), new URL('../../', import.meta.url)),
    kills: isLong ? 12 : 3,
    async open() {
      const url = await newDatabase()
      const group = storeGroup({ url })
      const options = { url, tablePrefix: group.tablePrefix, timeoutMs: 20_000 }
      return { store: group.open(), options, dispose: () => group.dispose() }
    },
  }),
)
