import { randomBytes } from 'node:crypto'
import { isSessError, SessionManager } from '@sess/core'
import { AuditChain } from '@sess/core/audit'
import { type MysqlServer, proxy, sharedDatabase, startMariadb } from '@sess/test-servers'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { auditMigration, MysqlStore, verifyMysqlAudit } from '../../src/index.ts'
import { onEachDatabase } from '../each-database.ts'
import { type AuditTable, auditTable, event, keys } from './audit-table.ts'

async function codeOf(call: Promise<unknown>): Promise<string | null> {
  return await call.then(
    () => null,
    (error: unknown) => (isSessError(error) ? error.code : `${error}`),
  )
}

async function problemsOf({ place }: AuditTable, more: object = {}): Promise<string> {
  const { ok, problems } = await verifyMysqlAudit(place, { keys, ...more })
  expect(ok).toBe(problems.length === 0)
  return problems.map(({ kind, seq }) => `${kind} at ${seq}`).join()
}

/** A log of one writer: the record that begins the chain, and nine events. */
async function newLog(url: string): Promise<AuditTable> {
  const log = await auditTable(url)
  const audit = log.open()
  for (let index = 0; index < 9; index++) await audit.record(event({ details: { index } }))
  await audit.close()
  return log
}

onEachDatabase((newDatabase) => {
  test('each event is one row, in order, after the one that begins the chain', async () => {
    const log = await auditTable(await newDatabase())
    const audit = log.open()
    await audit.record(event())
    await Promise.all(
      (['session-paused', 'session-resumed'] as const).map((type) => audit.record(event({ type, actor: 'ä😀\n"' }))),
    )
    await audit.close()
    const rows = await log.sql(`select * from ${log.table} order by seq`)
    const records = rows.map(({ line }) => JSON.parse(`${line}`))
    expect(rows.map(({ chain, seq }) => [`${chain}`, seq])).toEqual([1, 2, 3, 4].map((seq) => [audit.chain, seq]))
    expect(records.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '1 chain-started',
      '2 session-created',
      '3 session-paused',
      '4 session-resumed',
    ])
    expect(records[2].actor).toBe('ä😀\n"')
    expect(await verifyMysqlAudit(log.place, { keys })).toMatchObject({ ok: true, records: 4 })
  })

  const move = (from: number, to: number) => (table: string) => [`update ${table} set seq = ${to} where seq = ${from}`]
  const harms: readonly (readonly [name: string, harm: (table: string) => readonly string[], problem: string])[] = [
    ['an edit', (table) => [`update ${table} set line = replace(line, 'acme', 'evil') where seq = 5`], 'edit at 5'],
    ['a line that is none', (table) => [`update ${table} set line = 'hello' where seq = 5`], 'edit at 5'],
    ['a gap', (table) => [`delete from ${table} where seq = 5`], 'gap at 5'],
    ['a missing beginning', (table) => [`delete from ${table} where seq < 3`], 'gap at 1'],
    [
      'two that changed places',
      (table) => [[5, 99] as const, [6, 5] as const, [99, 6] as const].flatMap(([from, to]) => move(from, to)(table)),
      'reorder at 5',
    ],
    ['one that was moved down', move(5, 99), 'reorder at 5'],
    [
      'one twice',
      (table) => [`insert into ${table} select chain, 99, line from ${table} where seq = 5`],
      'reorder at 11',
    ],
    [
      'one in another chain',
      (table) => [`insert into ${table} select reverse(chain), seq, line from ${table} where seq = 1`],
      'reorder at 1',
    ],
  ]

  test.each(harms)('verify: %s is told', async (_, harm, problem) => {
    const log = await newLog(await newDatabase())
    for (const statement of harm(log.table)) await log.sql(statement)
    expect(await problemsOf(log)).toBe(problem)
  })

  test('verify: an end that was cut off, and a chain that was taken away, show against an anchor, or to a later writer', async () => {
    const log = await newLog(await newDatabase())
    const { heads } = await verifyMysqlAudit(log.place, { keys })
    const [[, head] = []] = Object.entries(heads)
    await log.sql(`delete from ${log.table} where seq > 8`)
    expect(await problemsOf(log)).toBe('')
    expect(await problemsOf(log, { anchors: [heads] })).toBe('truncated at 9')
    await log.sql(`delete from ${log.table}`)
    expect(await problemsOf(log, { anchors: [heads] })).toBe('truncated at 1')
    expect(head?.seq).toBe(10)

    const noted = await newLog(await newDatabase())
    const later = noted.open()
    await later.record(event())
    await later.close()
    await noted.sql(`delete from ${noted.table} where seq > 8 and chain <> ?`, [later.chain])
    expect(await problemsOf(noted)).toBe('truncated at 9')
  })

  test('verify: two stories by somebody who has a key are a fork', async () => {
    const log = await newLog(await newDatabase())
    const insider = new AuditChain({ keys, activeKey: 'k1', pseudonymKey: null })
    const write = async (outcome: 'ok' | 'failed', seq: number): Promise<void> => {
      const { lines } = insider.seal([{ ...event({ outcome }), at: 0 }])
      await log.sql(`insert into ${log.table} values (?, ?, ?)`, [insider.id, seq, lines[0] ?? ''])
    }
    await write('ok', 1)
    await write('failed', 2)
    expect(await problemsOf(log)).toBe('fork at 2')
  })

  test('verify: what was put away is not missed, where the heads of then are given', async () => {
    const log = await newLog(await newDatabase())
    const { heads: start } = await verifyMysqlAudit(log.place, { keys })
    await log.sql(`delete from ${log.table} where seq <= 10`)
    expect(await problemsOf(log, { start })).toBe('')
  })

  test('an answer that is lost is asked for again, and the event is there once', async () => {
    const url = await newDatabase()
    const between = await proxy(url)
    onTestFinished(() => between.close())
    const log = await auditTable(url)
    const audit = log.open({ url: between.url })
    await audit.record(event())
    between.dropNextReply((request) => request.subarray(4).toString('latin1').toLowerCase().includes('commit'))
    await audit.record(event({ type: 'session-paused' }))
    await audit.record(event({ type: 'session-resumed' }))
    await audit.close()
    expect(between.counters.droppedReplies).toBe(1)
    expect(await verifyMysqlAudit(log.place, { keys })).toMatchObject({ ok: true, records: 4 })
  })

  test('a large batch goes in several statements of one transaction', async () => {
    const log = await auditTable(await newDatabase())
    const audit = log.open()
    await audit.record(event())
    const details = { text: 'x'.repeat(3_900) }
    await Promise.all(Array.from({ length: 2_500 }, () => audit.record(event({ details }))))
    await audit.close()
    expect(await verifyMysqlAudit(log.place, { keys })).toMatchObject({ ok: true, records: 2_502 })
  }, 60_000)

  test("with migrate: 'check' a missing table is an error that says what to do", async () => {
    const log = await auditTable(await newDatabase())
    const audit = log.open({ migrate: 'check' })
    await expect(audit.record(event())).rejects.toMatchObject({
      code: 'AUDIT_FAILED',
      cause: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('auditMigration') },
    })
    await audit.close()
    await expect(verifyMysqlAudit(log.place, { keys })).rejects.toThrow('auditMigration')
  })

  test('it may live beside a store, under its prefix', async () => {
    const log = await auditTable(await newDatabase())
    const audit = log.open()
    const manager = new SessionManager({ store: new MysqlStore(log.place), audit })
    const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
    await session.delete()
    await manager.close()
    await audit.close()
    expect(await verifyMysqlAudit(log.place, { keys })).toMatchObject({ ok: true, records: 3 })
  })
})

let server: MysqlServer
beforeAll(async () => {
  server = await startMariadb()
}, 60_000)
afterAll(() => server?.stop())

test('inserting and reading are rights enough, and the writer cannot change what is there', async () => {
  const url = await server.database()
  const log = await auditTable(url)
  const admin = await createConnection({ uri: server.url })
  onTestFinished(() => admin.end())
  await log.sql(auditMigration(log.place.tablePrefix ?? ''))
  const limited = new URL(url)
  limited.username = `u${randomBytes(5).toString('hex')}`
  limited.password = 'secret'
  await admin.query(`create user '${limited.username}'@'%' identified by 'secret'`)
  const table = `\`${limited.pathname.slice(1)}\`.${log.table}`
  await admin.query(`grant select, insert on ${table} to '${limited.username}'@'%'`)
  const audit = log.open({ url: limited.href })
  await audit.record(event())
  await audit.close()
  expect(await verifyMysqlAudit({ ...log.place, url: limited.href }, { keys })).toMatchObject({
    ok: true,
    records: 2,
  })
  const writer = await createConnection({ uri: limited.href })
  onTestFinished(() => writer.end())
  for (const statement of [`update ${log.table} set seq = 9`, `delete from ${log.table}`])
    await expect(writer.query(statement)).rejects.toThrow('denied')
})

test('while the server is away events fail or are a warning, as the manager was told; then the log goes on, and says what it lost', async () => {
  const log = await auditTable(await server.database())
  const audit = log.open({ timeoutMs: 1_000 })
  const place = { url: await sharedDatabase(inject('testServers')), tablePrefix: log.place.tablePrefix }
  const warnings: unknown[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void warnings.push(fields) }
  const strict = new SessionManager({ store: new MysqlStore(place), audit })
  const lenient = new SessionManager({ store: new MysqlStore(place), audit, auditFailure: 'warn', logger })
  const ada = { orgId: 'acme', userId: 'ada' }
  await strict.for(ada).createSession()
  const first = audit.chain
  server.pause()
  try {
    expect(await codeOf(strict.for(ada).createSession())).toBe('AUDIT_FAILED')
    expect(await strict.for(ada).countSessions()).toBe(1)
    await lenient.for(ada).createSession()
    expect(warnings).toMatchObject([{ event: 'session-created', error: { code: 'AUDIT_FAILED' } }])
  } finally {
    server.resume()
  }
  await strict.for(ada).createSession()
  await Promise.all([strict.close(), lenient.close()])
  await audit.close()
  expect(audit.chain).not.toBe(first)
  const { ok, problems } = await verifyMysqlAudit(log.place, { keys })
  expect([ok, problems]).toEqual([true, []])
  const rows = await log.sql(`select line from ${log.table} where chain = ? order by seq`, [audit.chain])
  const records = rows.map(({ line }) => JSON.parse(`${line}`))
  expect(records.map(({ type }) => type)).toEqual(['chain-started', 'records-lost', 'session-created'])
  expect(records[0].details.heads[first][0]).toBe(2)
}, 60_000)
