import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isSessError, type Owner, SessionManager, type Store } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { MysqlStore } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'
import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { bundleProgram } from '@sess/testkit'
import { expect, inject, onTestFinished, test } from 'vitest'

const isLong = process.env.SESS_TEST_LONG === '1'
const messages = isLong ? 100_000 : 5_000
const messageBytes = 1_000
/** The long form is larger than this. */
const heapMegabytes = 64

const ada: Owner = { orgId: 'acme', userId: 'ada' }
const prefix = (): string => `t${randomBytes(5).toString('hex')}_`

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sess-moving-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function newManager(store: Store): SessionManager {
  const manager = new SessionManager({ store, cleanup: false })
  onTestFinished(() => manager.close())
  return manager
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer)
  return hash.digest('hex')
}

/** A session with so many messages in three chats, context and odd names, as a file. */
async function newFile(file: string): Promise<void> {
  const session = await newManager(new MemoryStore())
    .for(ada)
    .createSession({
      ...{ key: '__proto__', name: 'Größe 😀\u2028', tags: ['a', 'b'], metadata: { b: 1, a: [null, 1.5, 1e21] } },
      ...{ context: { z: 1, a: { c: 1, b: 2 }, '😀': 'x' }, systemPrompt: 'Be kind.' },
    })
  const chats = [await session.createChat({ name: 'one' }), await session.createChat(), await session.createChat()]
  for (let made = 0; made < messages; made += 100) {
    const content = `${made} ä "\\\n`.padEnd(messageBytes, `${made}-`)
    await chats[(made / 100) % 3]?.addMessages(Array.from({ length: 100 }, () => content))
  }
  await pipeline(Readable.from(session.export()), createWriteStream(file))
}

test(`${messages} messages move from store to store, byte by byte the same, in ${heapMegabytes} MB`, async () => {
  const folder = await newFolder()
  const program = await bundleProgram(new URL('move-program.ts', import.meta.url), new URL('../../', import.meta.url))
  const redis = { url: await sharedRedis(inject('testServers')), keyPrefix: prefix() }
  const mysql = { url: await sharedDatabase(inject('testServers')), tablePrefix: prefix(), timeoutMs: 20_000 }
  const first = join(folder, 'memory.ndjson')
  await newFile(first)
  if (isLong) expect((await stat(first)).size).toBeGreaterThan(1.5 * heapMegabytes * 1_048_576)
  const digest = await digestOf(first)
  let source = first
  for (const [kind, options] of Object.entries({ redis, mysql })) {
    const target = join(folder, `${kind}.ndjson`)
    const heap = `--max-old-space-size=${heapMegabytes}`
    const child = spawn(process.execPath, [heap, program, kind, JSON.stringify(options), source, target], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    expect([kind, (await once(child, 'close'))[0]]).toEqual([kind, 0])
    expect([kind, await digestOf(target)]).toEqual([kind, digest])
    source = target
  }
  const back = await newManager(new MemoryStore()).for(ada).importSession(createReadStream(source), { ids: 'keep' })
  await pipeline(Readable.from(back.export()), createWriteStream(join(folder, 'again.ndjson')))
  expect(await digestOf(join(folder, 'again.ndjson'))).toBe(digest)
}, 600_000)

const stores: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['memory', async () => new MemoryStore()],
  ['Redis', async () => new RedisStore({ url: await sharedRedis(inject('testServers')), keyPrefix: prefix() })],
  ['MySQL', async () => new MysqlStore({ url: await sharedDatabase(inject('testServers')), tablePrefix: prefix() })],
]

test.each(stores)('a file that is cut off or tampered with changes nothing, on %s', async (_, open) => {
  const collected = async (source: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const pieces: Uint8Array[] = []
    for await (const piece of source) pieces.push(piece)
    return Buffer.concat(pieces)
  }
  const store = await open()
  const scope = newManager(store).for(ada)
  const session = await scope.createSession({ key: 'k', context: { a: 1 } })
  const chat = await session.createChat()
  await chat.addMessages(Array.from({ length: 150 }, (_, index) => `message ${index}`))
  const file = await collected(session.export())
  const before = await store.stats({})
  const half = file.length >> 1
  const flipped = Buffer.from(file)
  flipped[half] = (flipped[half] ?? 0) ^ 1
  const lines = file.toString().split('\n')
  const harmed: readonly Buffer[] = [
    ...[file.subarray(0, half), file.subarray(0, file.length - 200), flipped],
    ...[
      Buffer.from(lines.toSpliced(60, 1).join('\n')),
      Buffer.from(lines.toSpliced(60, 0, lines[60] ?? '').join('\n')),
    ],
    Buffer.from(file.toString().replace('message 120', 'message 121')),
  ]
  await session.delete()
  for (const bytes of harmed) {
    const error: unknown = await scope.importSession(Readable.from([bytes]), { ids: 'keep' }).catch((reason) => reason)
    expect(isSessError(error, 'IMPORT_INVALID')).toBe(true)
  }
  expect([await scope.countSessions(), await store.countSessions({ ...ada, status: 'pending' })]).toEqual([0, 0])
  expect(await store.stats({})).toMatchObject({ chats: 0, messages: 0 })
  expect(before).toMatchObject({ chats: 1, messages: 150 })
  const whole = await scope.importSession(Readable.from([file]), { ids: 'keep' })
  expect((await collected(whole.export())).equals(file)).toBe(true)
})
