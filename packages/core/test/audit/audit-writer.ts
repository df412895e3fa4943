// A process that writes to an audit log, and says on its standard output how many of its events were kept.
import { fileAudit } from '../../src/audit/index.ts'

const [folder = '', key = '', count = '0'] = process.argv.slice(2)
const audit = fileAudit(folder, {
  keys: { k: Buffer.from(key, 'hex') },
  activeKey: 'k',
  pseudonymKey: null,
  maxFileBytes: 50_000,
})
let kept = 0
const record = async (index: number): Promise<void> => {
  const owner = { orgId: 'acme', userId: `${process.pid}` }
  await audit.record({
    type: 'session-updated',
    owner,
    actor: null,
    sessionId: null,
    chatId: null,
    outcome: 'ok',
    at: Date.now(),
    details: { index },
  })
  process.stdout.write(`${++kept}\n`)
}
// Several at a time, as requests come.
for (let index = 0; index < Number(count); index += 20)
  await Promise.all(Array.from({ length: 20 }, (_, offset) => record(index + offset)))
await audit.close()
