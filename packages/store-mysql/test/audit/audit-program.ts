// A process that writes to an audit log, and says on its standard output how many of its events were kept.
import { mysqlAudit } from '../../src/index.ts'

const [url = '', tablePrefix = '', key = '', count = '0'] = process.argv.slice(2)
const audit = mysqlAudit({
  ...{ url, tablePrefix, timeoutMs: 60_000 },
  ...{ keys: { k: Buffer.from(key, 'hex') }, activeKey: 'k', pseudonymKey: null },
})
let kept = 0
const record = async (index: number): Promise<void> => {
  const owner = { orgId: 'acme', userId: `${process.pid}` }
  const place = { owner, actor: null, sessionId: null, chatId: null }
  await audit.record({ type: 'session-updated', outcome: 'ok', at: Date.now(), details: { index }, ...place })
  process.stdout.write(`${++kept}\n`)
}
// Several at a time, as requests come.
for (let index = 0; index < Number(count); index += 20)
  await Promise.all(Array.from({ length: 20 }, (_, offset) => record(index + offset)))
await audit.close()
