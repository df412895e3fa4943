import assert from 'node:assert/strict'
import { test } from 'vitest'
import { onEachDatabase } from './each-database.ts'
import { useProcesses } from './processes.ts'
import { ada, chatIn, noQuotas, storeGroup, textsOf } from './stores.ts'

const isLong = process.env.SESS_TEST_LONG === '1'
const processes = 8

onEachDatabase((newDatabase) => {
  const inProcesses = useProcesses()

  const open = async () => {
    const url = await newDatabase()
    const group = storeGroup({ url })
    return { group, options: { url, tablePrefix: group.tablePrefix, timeoutMs: 240_000, poolSize: 5 } }
  }

  test.each([{ user: 10 }, { org: 10 }, { store: 10 }])(
    '8 processes that create many sessions at a limit of %o make exactly so many',
    async (quota) => {
      const { group, options } = await open()
      const owner = 'user' in quota ? ada : null
      const create = { owner, count: isLong ? 1000 : 125, quotas: { ...noQuotas, ...quota } }
      const dones = await inProcesses(processes, { options, create })
      assert.deepEqual(new Set(dones.flatMap(({ failures }) => failures)), new Set(['SESSION_LIMIT_REACHED']))
      assert.equal(dones.flatMap(({ created }) => created).length, 10)
      assert.equal(await group.open().countSessions({}), 10)
      await group.dispose()
    },
    300_000,
  )

  test('8 processes that append to one chat write every message once, in dense order', async () => {
    const { group, options } = await open()
    const store = group.open()
    const chat = await chatIn(store)
    const count = isLong ? 1000 : 250
    const dones = await inProcesses(processes, { options, append: { chat, count } })
    assert.deepEqual(
      dones.flatMap(({ failures }) => failures),
      [],
    )
    const seqs = dones.flatMap((done) => done.seqs).sort((a, b) => a - b)
    assert.deepEqual(
      seqs,
      Array.from({ length: processes * count }, (_, index) => index + 1),
    )
    assert.equal(new Set(await textsOf(store, chat)).size, processes * count)
    assert.equal((await store.stats(ada)).messages, processes * count)
    assert.equal((await store.stats({})).messages, processes * count)
    await group.dispose()
  }, 300_000)
})
