import { newChatId, newId, newSessionId, type Owner, ownerTail, type Session, type UserSessions } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { ada, collected, failure, inPieces, newManager, watched } from './one-session.ts'

/** Another user whose ids end like Ada's: nothing but the store can tell their sessions apart. */
const twin = ownerLike(ada, 'acme')
/** The same name in another organisation, and the same text cut in another place. */
const strangers: readonly Owner[] = [
  { orgId: 'acme', userId: 'bob' },
  { orgId: 'other', userId: 'ada' },
  { orgId: 'acmea', userId: 'da' },
  twin,
  ownerLike(ada, 'other'),
]

/** Every method that takes the id of a session. */
const methods: Readonly<Record<string, (sessions: UserSessions, id: string) => Promise<unknown>>> = {
  getSession: (sessions, id) => sessions.getSession(id),
  hasSession: (sessions, id) => sessions.hasSession(id),
  deleteSession: (sessions, id) => sessions.deleteSession(id),
}

test.each(Object.entries(methods))('owner: %s of another owner answers as for a missing id', async (_, call) => {
  const { manager, calls } = watchedManager()
  const session = await manager.for(ada).createSession()
  for (const stranger of strangers) {
    const sessions = manager.for(stranger)
    const theirs = await observed(calls, () => call(sessions, session.id))
    const missing = await observed(calls, () => call(sessions, sameTail(session.id)))
    expect(theirs, JSON.stringify(stranger)).toEqual(missing)
    // An id that ends like the owner's own is looked up, whoever has it; another one is not.
    expect(theirs.calls.length > 0).toBe(ownerTail(stranger) === ownerTail(ada))
  }
  expect(await manager.for(ada).hasSession(session.id)).toBe(true)
})

test.each([
  ['a missing one', newSessionId(ada)],
  ['a plain UUIDv7', newId()],
  ['a UUIDv4', '3f2b8c1e-9d4a-4c6b-8f00-aaaaaaaaaaaa'],
  ['upper case', newSessionId(ada).toUpperCase()],
  ['nothing', ''],
  ['10 kB', 'x'.repeat(10_000)],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['a path', '../../etc/passwd'],
  ['a pattern', '*'],
  ['an emoji', '😀'],
  ['half a surrogate pair', '\ud800'],
  ['a line end', `${newSessionId(ada)}\n`],
])('owner: as a session id, %s is simply not found', async (_, id) => {
  const manager = newManager()
  const sessions = manager.for(ada)
  const session = await sessions.createSession()
  for (const scope of [sessions, manager]) {
    const { code, message, details } = await failure(() => scope.getSession(id))
    expect([code, message, details]).toEqual([
      'SESSION_NOT_FOUND',
      'there is no such session',
      { sessionId: id.slice(0, 64) },
    ])
  }
  expect([await sessions.hasSession(id), await sessions.deleteSession(id)]).toEqual([false, false])
  const { code, details } = await failure(() => session.getChat(id))
  expect([code, details]).toEqual(['CHAT_NOT_FOUND', { chatId: id.slice(0, 64) }])
  expect((await failure(() => session.switchChat(id))).code).toBe('CHAT_NOT_FOUND')
  expect(await session.deleteChat(id)).toBe(false)
})

test('owner: lists and counts hold only the own sessions, whatever the query says', async () => {
  const manager = newManager()
  const mine = await manager.for(ada).createSession({ tags: ['a'], key: 'same' })
  for (const stranger of strangers) {
    const sessions = manager.for(stranger)
    const theirs = await sessions.createSession({ tags: ['a'], key: 'same' })
    expect((await sessions.listSessions({ tag: 'a' })).items.map(({ id }) => id)).toEqual([theirs.id])
    expect(await sessions.countSessions()).toBe(1)
    for (const foreign of [{ orgId: ada.orgId }, { userId: ada.userId }, { ...ada }] as object[]) {
      expect((await failure(() => sessions.listSessions(foreign))).code).toBe('INVALID_ARGUMENT')
      expect((await failure(() => sessions.countSessions(foreign))).code).toBe('INVALID_ARGUMENT')
    }
  }
  expect((await manager.for(ada).listSessions()).items.map(({ id }) => id)).toEqual([mine.id])
})

test('owner: the same key names a session for each owner', async () => {
  const manager = newManager()
  const ids: string[] = []
  for (const owner of [ada, ...strangers]) ids.push((await manager.for(owner).openSession('ticket-1')).id)
  expect(new Set(ids).size).toBe(ids.length)
  expect((await manager.for(twin).openSession('ticket-1')).record.owner).toEqual(twin)
})

test('owner: a chat is found in its own session only, also where the ids end alike', async () => {
  const manager = newManager()
  const mine = await manager.for(ada).createSession()
  const chat = await mine.createChat()
  await chat.addMessage('secret')
  const theirs = await manager.for(twin).createSession()
  const sibling = await manager.for(ada).createSession()
  const calls: readonly ((session: Session, id: string) => Promise<unknown>)[] = [
    (session, id) => session.getChat(id),
    (session, id) => session.switchChat(id),
  ]
  for (const session of [theirs, sibling]) {
    for (const call of calls) {
      const foreign = await failure(() => call(session, chat.id))
      const missing = await failure(() => call(session, newChatId(session.id)))
      expect([foreign.code, foreign.message]).toEqual([missing.code, missing.message])
      expect(foreign.code).toBe('CHAT_NOT_FOUND')
    }
    expect(await session.deleteChat(chat.id)).toBe(false)
  }
  expect(await chat.getMessages()).toHaveLength(1)
})

test('owner: an import that keeps the ids of somebody else is refused', async () => {
  const manager = newManager()
  const mine = await manager.for(ada).createSession({ key: 'k' })
  const bytes = await collected(mine.export())
  for (const stranger of strangers) {
    const sessions = manager.for(stranger)
    const { code } = await failure(() => sessions.importSession(inPieces(bytes), { ids: 'keep' }))
    expect(code).toBe(ownerTail(stranger) === ownerTail(ada) ? 'SESSION_EXISTS' : 'IMPORT_INVALID')
    expect(await sessions.countSessions()).toBe(0)
    expect((await sessions.importSession(inPieces(bytes))).record.owner).toEqual(stranger)
  }
  expect((await manager.for(ada).getSession(mine.id)).record.key).toBe('k')
})

test('owner: to delete a session of somebody else does not stop its turn', async () => {
  let stopped = false
  let answer: (text: string) => void = () => {}
  let start: () => void = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const manager = newManager({
    agent: (_, { signal }) => {
      signal.addEventListener('abort', () => {
        stopped = true
      })
      start()
      return new Promise((resolve) => {
        answer = resolve
      })
    },
  })
  const session = await manager.for(ada).createSession()
  const sending = session.sendMessage('Hello')
  await started
  for (const stranger of strangers) expect(await manager.for(stranger).deleteSession(session.id)).toBe(false)
  answer('done')
  expect((await sending).text).toBe('done')
  expect(stopped).toBe(false)
})

test('owner: names such as __proto__ and ../x are data, and stay apart', async () => {
  const manager = newManager()
  const names = ['__proto__', 'constructor', '../x', '*', '😀', ' ', 'a:b', 'a\u0000b', '{x}', 'x'.repeat(255)]
  const owners = names.flatMap((orgId) => names.map((userId) => ({ orgId, userId })))
  for (const owner of owners) {
    const session = await manager.for(owner).openSession('__proto__', { metadata: { owner: { ...owner } } })
    await session.context.set('__proto__', owner.userId)
  }
  for (const owner of owners) {
    const { items } = await manager.for(owner).listSessions()
    expect(items.map(({ record }) => record.metadata)).toEqual([{ owner }])
    expect(await items[0]?.context.get('__proto__')).toBe(owner.userId)
    expect((await manager.userReport(owner)).totalSessions).toBe(1)
  }
  expect((await manager.stats()).users).toBe(owners.length)
})

test.each([
  ['INVALID_ORG_ID', 'orgId'],
  ['INVALID_USER_ID', 'userId'],
] as const)('owner: an empty, long, malformed or missing name is %s', async (expected, field) => {
  const manager = newManager()
  for (const name of [
    '',
    'x'.repeat(256),
    'é'.repeat(128),
    'x'.repeat(10_000),
    '\ud800',
    undefined,
    null,
    5,
    {},
    ['a'],
  ]) {
    const owner = { ...ada, [field]: name } as Owner
    for (const call of [() => manager.for(owner), () => manager.userReport(owner)]) {
      const { code, details } = await failure(call)
      expect([code, details], JSON.stringify(name)).toEqual([expected, { field }])
    }
  }
  expect((await failure(() => manager.for(null as unknown as Owner))).code).toBe('INVALID_ORG_ID')
})

test('owner: the default organisation is for owners that name none, and for them only', async () => {
  const manager = newManager({ defaultOrgId: 'main' })
  expect(manager.for({ userId: 'ada' }).owner).toEqual({ orgId: 'main', userId: 'ada' })
  expect(manager.for(ada).owner).toEqual(ada)
  expect((await failure(() => newManager().for({ userId: 'ada' }))).code).toBe('INVALID_ORG_ID')
})

function watchedManager() {
  const calls: string[] = []
  const store = watched(new MemoryStore(), (method) => {
    calls.push(method)
  })
  return { manager: newManager({ store }), calls }
}

/** What a caller and the store see of a call. */
async function observed(calls: string[], work: () => Promise<unknown>) {
  calls.length = 0
  const outcome = await work().catch(({ code, message }) => ({ code, message }))
  return { outcome, calls: [...calls] }
}

function sameTail(id: string): string {
  return `${newId().slice(0, -4)}${id.slice(-4)}`
}

function ownerLike(owner: Owner, orgId: string): Owner {
  for (let index = 0; ; index++) {
    const other = { orgId, userId: `user${index}` }
    if (ownerTail(other) === ownerTail(owner)) return other
  }
}
