import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bundleProgram } from '@sess/testkit'
import { beforeAll, expect, test } from 'vitest'
import { verifyMysqlAudit } from '../../src/index.ts'
import { onEachDatabase } from '../each-database.ts'
import { type AuditTable, auditTable } from './audit-table.ts'

const isLong = process.env.SESS_TEST_LONG === '1'
const key = randomBytes(32)
let program: string

beforeAll(async () => {
  program = await bundleProgram(new URL('audit-program.ts', import.meta.url), new URL('../../', import.meta.url))
})

interface Writer {
  readonly child: ChildProcess
  /** Events that it was told are kept. */
  kept(): number
}

function newWriter({ place }: AuditTable, count: number): Writer {
  const child = spawn(
    process.execPath,
    [program, place.url, place.tablePrefix ?? '', key.toString('hex'), `${count}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let kept = 0
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      kept = Number(line)
    })
  return { child, kept: () => kept }
}

onEachDatabase((newDatabase) => {
  test('eight processes write to one table: no record is missing, and each chain is right', async () => {
    const count = isLong ? 10_000 : 400
    const log = await auditTable(await newDatabase())
    const writers = Array.from({ length: 8 }, () => newWriter(log, count))
    const codes = await Promise.all(writers.map(async ({ child }) => (await once(child, 'close'))[0]))
    expect(codes).toEqual(Array.from({ length: 8 }, () => 0))
    const { ok, records, heads } = await verifyMysqlAudit(log.place, { keys: { k: key } })
    expect([ok, records]).toEqual([true, 8 * (count + 1)])
    expect(Object.values(heads).map(({ seq }) => seq)).toEqual(Array.from({ length: 8 }, () => count + 1))
  }, 300_000)

  test('a process is killed while it writes, again and again: what was acknowledged is there, and every chain is right', async () => {
    const log = await auditTable(await newDatabase())
    let acknowledged = 0
    for (let round = 0; round < (isLong ? 50 : 5); round++) {
      const writer = newWriter(log, 1_000_000)
      const deadline = performance.now() + 20_000
      while (writer.kept() < 40 + round && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 2))
      const closed = once(writer.child, 'close')
      writer.child.kill('SIGKILL')
      await closed
      expect(writer.kept()).toBeGreaterThan(0)
      acknowledged += writer.kept()
    }
    const { ok, problems, records } = await verifyMysqlAudit(log.place, { keys: { k: key } })
    expect([ok, problems]).toEqual([true, []])
    expect(records).toBeGreaterThanOrEqual(acknowledged)
  }, 120_000)
})
