import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditLog, type Codec, newId, type Owner, SessionManager, type Store } from '@sess/core'
import { type AuditVerdict, fileAudit, verifyAudit } from '@sess/core/audit'
import { encrypted, json, KeyRing } from '@sess/core/codec'
import { workspaces } from '@sess/core/workspace'
import { McpHub } from '@sess/mcp'
import { MemoryStore } from '@sess/store-memory'
import { MysqlStore, mysqlAudit, verifyMysqlAudit } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'
import { askRedis, startMariadb, startRedis } from '@sess/test-servers'
import { Markers } from '@sess/testkit'
import { createConnection } from 'mysql2/promise'
import { expect, onTestFinished, test } from 'vitest'

const keys = { k: randomBytes(32) }
const pseudonymKey = randomBytes(32)

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sess-erased-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

interface Place {
  readonly store: Store
  readonly audit: AuditLog & { close(): Promise<void> }
  verify(): Promise<AuditVerdict>
  /** Everything that is kept now, where a test can search it. */
  dump(markers: Markers): Promise<number>
}

/** Whatever people say goes in: a hundred markers of one user, and another user's words, which stay. */
async function livesOfTwo(place: Place, markers: Markers, owner: Owner, folder: string): Promise<void> {
  const folders = workspaces(join(folder, 'workspaces'))
  const hub = new McpHub({ factories: { notes: () => ({ connect: async () => {} }) } })
  const manager = new SessionManager({
    store: place.store,
    resources: [folders, hub],
    audit: place.audit,
    agent: async () => `answer ${markers.next()}`,
    closeStore: false,
  })
  const mark = (): string => markers.next()
  const scope = manager.for(owner)
  for (let round = 0; round < 6; round++) {
    const session = await scope.createSession({
      key: mark(),
      name: mark(),
      tags: [mark()],
      metadata: { [mark()]: mark() },
      preferences: { tone: mark() },
      promptVariables: { product: mark() },
      context: { [mark()]: mark() },
      systemPrompt: mark(),
    })
    await folders.for(session.record).writeFile(`${mark()}.txt`, mark())
    await hub.for(session).add({ id: 'notes', transport: 'in-process', factory: 'notes', options: { note: mark() } })
    const chat = await session.createChat({ key: mark(), name: mark(), systemPrompt: mark(), metadata: { a: mark() } })
    await chat.sendMessage(mark())
    if (round === 1) await session.archive()
    if (round === 2) await session.close()
    if (round === 3) await session.extendTtl(1)
  }
  const bob = manager.for({ orgId: 'acme', userId: 'bob' })
  const other = await bob.createSession({ name: 'stays' })
  await other.addMessage('stays too')
  expect(markers.count).toBeGreaterThanOrEqual(100)
  expect(await place.dump(markers)).toBeGreaterThan(80)
  expect(markers.foundIn(folder)).toBeGreaterThanOrEqual(12)

  expect(await manager.eraseUser(owner)).toEqual({ sessions: 6, failed: 0 })

  expect(await manager.countSessions()).toBe(1)
  let text = ''
  for await (const bytes of other.export()) text += Buffer.from(bytes).toString()
  expect([text.includes('stays too'), text.includes(markers.prefix)]).toEqual([true, false])
  await manager.close()
}

/** Erases a user with a hundred markers, whose name is one of them. */
async function erase(place: Place): Promise<Markers> {
  const markers = new Markers()
  const owner = { orgId: 'acme', userId: markers.next() }
  const folder = await newFolder()
  await livesOfTwo(place, markers, owner, folder)
  expect(await place.dump(markers)).toBe(0)
  expect(markers.foundIn(folder)).toBe(0)
  await place.audit.close()
  const { ok, problems, records } = await place.verify()
  expect([ok, problems]).toEqual([true, []])
  expect(records).toBeGreaterThan(30)
  return markers
}

async function fileLog(): Promise<Pick<Place, 'audit' | 'verify'> & { readonly folder: string }> {
  const folder = await newFolder()
  const audit = fileAudit(folder, { keys, activeKey: 'k', pseudonymKey })
  return { folder, audit, verify: () => verifyAudit(folder, { keys }) }
}

test('an erased user has left nothing in memory, in folders and in the audit log', async () => {
  const store = new MemoryStore()
  const log = await fileLog()
  const dump = await newFolder()
  const snapshot = async (markers: Markers): Promise<number> => {
    const lines: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await store.listSessions({}, { limit: 200, cursor })
      for (const session of page.items) {
        lines.push(JSON.stringify([session, await store.listContext(session)]))
        for (const chat of (await store.listChats(session)).items)
          lines.push(JSON.stringify([chat, await store.readMessages({ id: chat.id, session }, { limit: 1_000 })]))
      }
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    await writeFile(join(dump, 'dump.jsonl'), lines.join('\n'))
    return markers.foundIn(dump)
  }
  const markers = await erase({ ...log, store, dump: snapshot })
  expect(markers.foundIn(log.folder)).toBe(0)
})

test('an erased user has left nothing in the snapshot and the append-only file of Redis, once it was rewritten', async () => {
  const server = await startRedis({ durability: 'always', args: ['--rdbcompression', 'no'] })
  onTestFinished(() => server.stop())
  const store = new RedisStore({ url: server.url })
  onTestFinished(() => store.close())
  const log = await fileLog()
  const dump = async (markers: Markers): Promise<number> => {
    await askRedis(server.port, 'SAVE')
    await askRedis(server.port, 'BGREWRITEAOF')
    const deadline = performance.now() + 20_000
    while (/aof_rewrite_(in_progress|scheduled):1/.test(`${await askRedis(server.port, 'INFO', 'persistence')}`)) {
      if (performance.now() > deadline) throw new Error('the append-only file was not rewritten in time')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return markers.foundIn(server.dataDir)
  }
  const markers = await erase({ ...log, store, dump })
  expect(markers.foundIn(log.folder)).toBe(0)
}, 60_000)

/** A MariaDB of its own with a store and an audit log, and what a dump of its tables has. */
async function mysqlPlace(codec: Codec | undefined) {
  const server = await startMariadb()
  onTestFinished(() => server.stop())
  const url = await server.database()
  const store = new MysqlStore({ url, codec })
  onTestFinished(() => store.close())
  const connection = await createConnection({ uri: url })
  onTestFinished(() => connection.end())
  const folder = await newFolder()
  const dump = async (markers: Markers): Promise<number> => {
    const [tables] = await connection.query('show tables')
    const read = async (): Promise<number> => {
      const rows: string[] = []
      for (const table of (tables as object[]).map((row) => `${Object.values(row)[0]}`)) {
        const [found] = await connection.query(`select * from \`${table}\``)
        for (const row of found as object[])
          rows.push(
            Object.values(row)
              .map((value) => `${value}`)
              .join('\t'),
          )
      }
      await writeFile(join(folder, 'dump.sql'), rows.join('\n'))
      return markers.foundIn(folder)
    }
    // Messages are removed bit by bit behind the answer.
    const deadline = performance.now() + 20_000
    for (;;) {
      const [garbage] = await connection.query('select 1 from sess_garbage limit 1')
      if ((garbage as object[]).length === 0) return await read()
      if (performance.now() > deadline) throw new Error('the messages were not removed in time')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const place: Place = {
    store,
    audit: mysqlAudit({ url, keys, activeKey: 'k', pseudonymKey }),
    verify: () => verifyMysqlAudit({ url }, { keys }),
    dump,
  }
  return { server, place }
}

test('an erased user has left nothing in any table of MySQL, the audit log included', async () => {
  const { place } = await mysqlPlace(undefined)
  await erase(place)
}, 60_000)

test('with a codec nothing of what an erased user said is in the files of MySQL, which keep deleted rows for a while', async () => {
  const ring = new KeyRing({ keys: { k1: randomBytes(32) }, active: 'k1' })
  const { server, place } = await mysqlPlace(encrypted(json(), ring))
  const said = new Markers()
  const manager = new SessionManager({ store: place.store, closeStore: false })
  const owner = { orgId: 'acme', userId: newId() }
  for (let index = 0; index < 50; index++)
    await (await manager.for(owner).createSession({ name: said.next() })).addMessage(said.next())
  expect(await manager.eraseUser(owner)).toEqual({ sessions: 50, failed: 0 })
  await manager.close()
  await place.audit.close()
  await server.restart()
  expect([said.count, said.foundIn(server.dataDir)]).toEqual([100, 0])
}, 60_000)
