import assert from 'node:assert/strict'
import { sharedDatabase } from '@sess/test-servers'
import { createConnection } from 'mysql2/promise'
import { inject, test } from 'vitest'
import { chatIn, say, storeGroup } from '../stores.ts'
import { rowViolations } from './row-violations.ts'

test('rows that a store has left alone are right, and each that is changed behind its back is told', async () => {
  const url = await sharedDatabase(inject('testServers'))
  const connection = await createConnection({ uri: url })
  const harms: readonly (readonly [harm: string, told: RegExp])[] = [
    ['delete from @message where seq = 2', /chat \w+ has 1 messages up to 1, and its head says 1 to 2/],
    ["update @head set messages = 3 where chat_id = repeat(x'00', 16)", /messages of session \w+: 3 .* and 2/],
    ["update @head set chats = 0 where chat_id = repeat(x'00', 16)", /chats of session \w+: 0 .* and 1/],
    ['update @owner set active = 2', /active of \w+: 2 are counted, and 1/],
    ["update @quota set paused = 1 where scope = repeat(x'ff', 16)", /paused of F{32}: 1 are counted, and 0/],
    ["update @quota set users = 0 where scope < repeat(x'ff', 16)", /users of FE\w+: 0 are counted, and 1/],
    ["update @head set messages = 7 where session_id = repeat(x'ff', 16)", /messages of F{32}: /],
    ['delete from @session', /1 chats without a session.* 2 heads of nothing/],
    ['delete from @head', /1 sessions without a head.* 1 chats without a head.* 2 messages of nobody/],
  ]
  for (const [harm, told] of harms) {
    const group = storeGroup({ url })
    const store = group.open()
    const chat = await chatIn(store)
    await store.appendMessages(chat, [say('one'), say('two')])
    assert.deepEqual(await rowViolations(url, group.tablePrefix), [])
    await connection.query(harm.replaceAll('@', group.tablePrefix))
    assert.match((await rowViolations(url, group.tablePrefix)).join('; '), told)
    await group.dispose()
  }
  connection.destroy()
}, 60_000)
