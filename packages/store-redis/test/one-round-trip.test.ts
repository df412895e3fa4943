import assert from 'node:assert/strict'
import { newChatId, newId, newSessionId } from '@sess/core'
import { startRedis, type TestServer } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { RedisStore } from '../src/index.ts'

/** What a server was asked, as MONITOR tells it: by a client, or by a script. */
interface Asked {
  readonly by: 'client' | 'script'
  readonly command: readonly string[]
}

describe.each(['single', 'sharded'] as const)('RedisStore, %s', (topology) => {
  let server: TestServer
  let monitor: Redis
  let marker: Redis
  let store: RedisStore
  const asked: Asked[] = []

  beforeAll(async () => {
    server = await startRedis()
    store = new RedisStore({ url: server.url, topology })
    marker = new Redis(server.url)
    monitor = await marker.monitor()
    monitor.on('monitor', (_time: string, command: string[], source: string) => {
      asked.push({ by: source === 'lua' ? 'script' : 'client', command })
    })
    // The scripts are known from here on.
    for (const act of Object.values({ ...hotPaths, ...ownPaths })) {
      const { session, chat } = await made()
      await act(store, session, chat)
    }
  })

  afterAll(async () => {
    await store.close()
    monitor.disconnect()
    marker.disconnect()
    await server.stop()
  })

  async function made() {
    const owner = { orgId: 'o', userId: newId() }
    const id = newSessionId(owner)
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    const quotas = { store: null, org: null, user: null }
    await store.createSession(
      { id, owner, key: 'k', tags: [], data: {}, expiry, pendingMs: null },
      { quotas, ifKeyTaken: 'reject' },
    )
    const session = { id, owner }
    const chat = { id: newChatId(id), session }
    await store.createChat(
      session,
      { id: chat.id, key: 'c', data: {}, maxMessages: 40, overflow: 'trim-oldest' },
      { maxChats: null, ifKeyTaken: 'reject' },
    )
    await store.appendMessages(chat, [say()])
    await store.setContext(session, [['a', 1]], { operationId: newId(), maxKeys: null, maxBytes: null })
    return { session, chat }
  }

  /** What is asked while `act` runs. */
  async function askedBy(act: () => Promise<unknown>): Promise<readonly Asked[]> {
    const [begin, end] = [newId(), newId()]
    await marker.echo(begin)
    await act()
    await marker.echo(end)
    const seen = (mark: string) => asked.findIndex(({ command }) => command[1] === mark)
    while (seen(end) < 0) await new Promise((resolve) => setImmediate(resolve))
    return asked.slice(seen(begin) + 1, seen(end))
  }

  test.each(Object.entries(hotPaths))('%s: one round trip', async (name, act) => {
    const { session, chat } = await made()
    const commands = await askedBy(() => act(store, session, chat))
    const ofClients = commands.filter(({ by }) => by === 'client')
    assert.deepEqual(
      ofClients.map(({ command }) => command[0]),
      // The page is read beside the check, in one write: a script that answered it would copy every message.
      name === 'readMessages' ? ['lrange', 'evalsha'] : ['evalsha'],
    )
  })

  test.each(Object.entries({ ...hotPaths, ...ownPaths }))('%s: keys of one slot', async (_name, act) => {
    const { session, chat } = await made()
    const commands = await askedBy(() => act(store, session, chat))
    // On one server the indexes of organisation and store are in reach; elsewhere they are told afterwards.
    const others = topology === 'single' ? /^sess:\{(o[\w-]{22}|g0)\}/ : /^$/
    const tags = new Set<string>()
    for (const { by, command } of commands) {
      const [name = '', key = ''] = command
      if (by === 'client' || name === 'TIME' || others.test(key)) continue
      tags.add(/^sess:\{([^}]+)\}/.exec(key)?.[1] ?? `no tag: ${key}`)
    }
    const told = [...tags].filter((tag) => tag !== session.id.slice(-4))
    if (topology === 'single') assert.deepEqual(told, [])
    else
      assert.ok(
        told.every((tag) => /^(o[\w-]{22}|g\d+)$/.test(tag)),
        `${told}`,
      )
    assert.ok(tags.has(session.id.slice(-4)))
  })

  test('no method asks for keys by a pattern', () => {
    const names = new Set(asked.map(({ command }) => command[0]?.toLowerCase()))
    for (const name of ['keys', 'scan', 'hscan', 'sscan', 'zscan', 'flushdb', 'config'])
      assert.ok(!names.has(name), name)
  })
})

type Session = Parameters<RedisStore['getSession']>[0]
type Chat = Parameters<RedisStore['getChat']>[0]
type Act = (store: RedisStore, session: Session, chat: Chat) => Promise<unknown>

const once = () => ({ operationId: newId() })

function say() {
  return { id: newId(), role: 'user' as const, content: 'hello' }
}

const hotPaths: Readonly<Record<string, Act>> = {
  appendMessages: (store, _session, chat) => store.appendMessages(chat, [say(), say()]),
  'appendMessages to a full chat': async (store, _session, chat) =>
    store.appendMessages(
      chat,
      Array.from({ length: 100 }, () => say()),
    ),
  readMessages: (store, _session, chat) => store.readMessages(chat, { limit: 50 }),
  getSession: (store, session) => store.getSession(session),
  findSession: (store, session) => store.findSession(session.id),
  touchSession: (store, session) => store.touchSession(session),
  getChat: (store, _session, chat) => store.getChat(chat),
  getContext: (store, session) => store.getContext(session, 'a'),
  setContext: (store, session) => store.setContext(session, [['b', 2]], { ...once(), maxKeys: 9, maxBytes: 999 }),
  listContext: (store, session) => store.listContext(session),
  deleteContext: (store, session) => store.deleteContext(session, 'a', once()),
}

const ownPaths: Readonly<Record<string, Act>> = {
  createChat: (store, session) =>
    store.createChat(
      session,
      { id: newChatId(session.id), key: 'x', data: {}, maxMessages: null, overflow: 'reject' },
      { maxChats: 100, ifKeyTaken: 'open' },
    ),
  updateChat: (store, _session, chat) => store.updateChat(chat, { data: { a: 1 } }, { ...once(), expectedVersion: 1 }),
  activateChat: (store, _session, chat) => store.activateChat(chat, once()),
  listChats: (store, session) => store.listChats(session),
  rewriteMessages: (store, _session, chat) => store.rewriteMessages(chat, 0, [say()], once()),
  turns: async (store, _session, chat) => {
    const { fence } = await store.beginTurn(chat, { turnId: newId(), leaseMs: 1000, ifBusy: 'take-over' })
    await store.renewTurn(chat, fence, { leaseMs: 1000 })
    await store.interruptTurn(chat)
    await store.endTurn(chat, fence, { responseMs: 1 })
  },
  updateSession: async (store, session) => {
    const version = (await store.getSession(session))?.version ?? 0
    const quotas = { store: null, org: null, user: 9 }
    await store.updateSession(session, { status: 'paused' }, { ...once(), expectedVersion: version, quotas })
  },
  listSessions: (store, { owner }) => store.listSessions(owner),
  countSessions: (store, { owner }) => store.countSessions(owner),
  stats: (store, { owner }) => store.stats(owner),
  'touchSession to an earlier end': (store, session) => store.touchSession(session, { expiresInMs: 60_000 }),
  deleteChat: (store, _session, chat) => store.deleteChat(chat, once()),
  deleteSession: (store, session) => store.deleteSession(session, once()),
}
