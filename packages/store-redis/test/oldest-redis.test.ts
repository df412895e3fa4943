import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { newChatId, newId, newSessionId } from '@sess/core'
import { askRedis, type RedisReply, startRedis, type TestServer } from '@sess/test-servers'
import { afterAll, beforeAll, test } from 'vitest'
import { RedisStore } from '../src/index.ts'

// No suite of Debian carries Redis 6.2, so a newer one is asked what it has learned since.
let server: TestServer
let docs: ReadonlyMap<string, Docs>

beforeAll(async () => {
  server = await startRedis()
  docs = new Map(pairsOf(await askRedis(server.port, 'COMMAND', 'DOCS')).map(([name, about]) => [name, docsOf(about)]))
})

afterAll(() => server.stop())

interface Docs {
  readonly since: string
  /** Words of its options that came later than 6.2. */
  readonly newWords: readonly string[]
}

const folder = new URL('../src/lua/', import.meta.url)
const scripts = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))

function newWordsIn(text: string): string[] {
  const commands = [...text.matchAll(/\bp?call\(\s*'([A-Z]+)'/g)].map(([, name = '']) => name)
  const words = new Set([...text.matchAll(/['"]([^'"\s]+)['"]/g)].map(([, word = '']) => word.toUpperCase()))
  return commands.flatMap((name) => {
    const { since, newWords } = docs.get(name.toLowerCase()) ?? assert.fail(`what is ${name}?`)
    const used = newWords.filter((word) => words.has(word)).map((word) => `${name} ${word}`)
    return isNew(since) ? [name, ...used] : used
  })
}

test('Redis 6.2 knows every command and every option of the scripts', () => {
  assert.ok(scripts.some(({ text }) => /\bcall\('ZADD'/.test(text)))
  assert.deepEqual(
    scripts.flatMap(({ name, text }) => newWordsIn(text).map((word) => `${name}: ${word}`)),
    [],
  )
})

test('Redis 6.2 knows every function that the scripts call', () => {
  const known = ['call', 'pcall', 'error_reply', 'status_reply', 'sha1hex', 'log', 'setresp', 'replicate_commands']
  const used = scripts.flatMap(({ text }) =>
    [...text.matchAll(/\b(?:redis|server)\.(\w+)/g)].map(([, name = '']) => name),
  )
  assert.deepEqual(
    used.filter((name) => !known.includes(name)),
    [],
  )
})

test('Redis 6.2 knows every command that the store and its driver send', async () => {
  await askRedis(server.port, 'CONFIG', 'RESETSTAT')
  for (const topology of ['single', 'sharded'] as const) {
    const store = new RedisStore({ url: server.url, topology })
    const owner = { orgId: 'o', userId: 'u' }
    const id = newSessionId(owner)
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    const session = { id, owner, key: 'k', tags: ['t'], data: {}, expiry, pendingMs: null }
    await store.createSession(session, { quotas: { store: 9, org: 9, user: 9 }, ifKeyTaken: 'reject' })
    const chat = { id: newChatId(id), key: 'k', data: {}, maxMessages: 2, overflow: 'trim-oldest' as const }
    await store.createChat(session, chat, { maxChats: 2, ifKeyTaken: 'reject' })
    const ref = { id: chat.id, session: { id, owner } }
    for (let count = 0; count < 4; count++)
      await store.appendMessages(ref, [{ id: newId(), role: 'user', content: 'x' }])
    await store.readMessages(ref, { limit: 2 })
    await store.setContext(session, [['a', 1]], { operationId: newId(), maxKeys: 2, maxBytes: 100 })
    await store.listSessions({ orgId: 'o' }, { limit: 2 })
    await store.stats({})
    await store.claimExpired({ limit: 2, leaseMs: 1000 })
    await store.expireIdle(1000, { limit: 2 })
    await store.health()
    await store.deleteSession(session, { operationId: newId() })
    await store.close()
  }
  const stats = `${await askRedis(server.port, 'INFO', 'commandstats')}`
  const sent = [...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name = '']) => name)
  assert.ok(sent.includes('evalsha') && sent.includes('rpush'), sent.join())
  assert.deepEqual(
    sent.filter((name) => isNew((docs.get(name) ?? docs.get(name.split('|')[0] ?? '') ?? assert.fail(name)).since)),
    [],
  )
})

test('what is new is found: an option, a command', () => {
  assert.deepEqual(newWordsIn("call('PEXPIRE', key, ms, 'GT')"), ['PEXPIRE GT'])
  assert.deepEqual(newWordsIn("call('LMPOP', 1, key, 'LEFT')"), ['LMPOP'])
})

function isNew(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 6 || (major === 6 && minor > 2)
}

function docsOf(about: RedisReply): Docs {
  const fields = new Map(pairsOf(about))
  return { since: `${fields.get('since') ?? ''}`, newWords: newWordsOf(fields.get('arguments') ?? []) }
}

function newWordsOf(options: RedisReply): string[] {
  return (Array.isArray(options) ? options : []).flatMap((option: RedisReply) => {
    const fields = new Map(pairsOf(option))
    const inner = newWordsOf(fields.get('arguments') ?? [])
    const [since, token] = [`${fields.get('since') ?? ''}`, fields.get('token')]
    if (!isNew(since)) return inner
    return [...(typeof token === 'string' ? [token] : []), ...wordsIn(fields.get('arguments') ?? [])]
  })
}

/** All words of an option that is new as a whole. */
function wordsIn(options: RedisReply): string[] {
  return (Array.isArray(options) ? options : []).flatMap((option: RedisReply) => {
    const fields = new Map(pairsOf(option))
    const token = fields.get('token')
    return [...(typeof token === 'string' ? [token] : []), ...wordsIn(fields.get('arguments') ?? [])]
  })
}

/** A map, as RESP2 writes it. */
function pairsOf(reply: RedisReply): [string, RedisReply][] {
  const flat: readonly RedisReply[] = Array.isArray(reply) ? reply : []
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[`${name}`, flat[index + 1] ?? null] as [string, RedisReply]] : [],
  )
}
