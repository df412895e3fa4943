import {
  isSessError,
  newChatId,
  newId,
  newSessionId,
  type Owner,
  ownerTail,
  type Session,
  SessionManager,
  type Store,
  type StoredChat,
  type StoredSession,
} from '@sess/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  chatMethods,
  contextMethods,
  type Ids,
  type Method,
  membersOf,
  methodOf,
  ownMethods,
  scopeMethods,
  sessionMethods,
  stateMethods,
  trustedMethods,
} from './public-methods.ts'
import { eachStore } from './store-places.ts'

const secret = `secret-${newId()}`
const victim: Owner = { orgId: 'acme', userId: 'ada' }

/** Somebody whose ids end like those of `owner`: nothing but the store can tell their sessions apart. */
function twinIn(orgId: string): Owner {
  for (let count = 0; ; count++) {
    const owner = { orgId, userId: `twin-${count}` }
    if (ownerTail(owner) === ownerTail(victim)) return owner
  }
}

const strangers: readonly (readonly [name: string, owner: Owner])[] = [
  ['another user', { orgId: 'acme', userId: 'bob' }],
  ['the same name in another organisation', { orgId: 'other', userId: 'ada' }],
  ['a user whose ids end alike', twinIn('acme')],
  ['the same elsewhere', twinIn('other')],
]

/** A store that answers one look-up with what a forger would like to hold, and notes what it is asked. */
class Forgery {
  readonly calls: string[] = []
  session: StoredSession | null = null
  chat: StoredChat | null = null
  readonly store: Store

  constructor(store: Store) {
    this.store = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          this.calls.push(String(name))
          const forged = name === 'findSession' ? this.session : name === 'getChat' ? this.chat : null
          if (name === 'findSession') this.session = null
          if (name === 'getChat') this.chat = null
          return forged ?? (await Reflect.apply(member, target, args))
        }
      },
    })
  }
}

/** How a call ended, ids and instants taken out. */
async function outcome(work: () => unknown, { session, chat }: Ids): Promise<string> {
  const told = await Promise.resolve()
    .then(work)
    .then(
      (value) => ['answered', value],
      (error: unknown) => {
        if (!isSessError(error)) throw error
        return ['refused', error.code, error.message, error.details]
      },
    )
  return `${JSON.stringify(told)}`.replaceAll(session, '<session>').replaceAll(chat, '<chat>')
}

test('every public method has its place in the tables', async () => {
  const [, open] = eachStore[0] ?? []
  const store = await open?.()
  if (store === undefined) throw new Error('there is no store')
  await using manager = new SessionManager({ store })
  const scope = manager.for(victim)
  const session = await scope.createSession()
  expect(membersOf(manager)).toEqual([...trustedMethods].sort())
  expect(membersOf(scope)).toEqual([...Object.keys(scopeMethods), ...Object.keys(ownMethods)].sort())
  expect(membersOf(session)).toEqual(Object.keys(sessionMethods).sort())
  expect(membersOf(session.resourceState('a'))).toEqual(Object.keys(stateMethods).sort())
  expect(membersOf(await session.activeChat())).toEqual(Object.keys(chatMethods).sort())
  expect(membersOf(session.context)).toEqual(Object.keys(contextMethods).sort())
})

describe.each(eachStore)('who may do what, on %s', (_, open) => {
  let forgery: Forgery
  let manager: SessionManager
  let asked = 0
  /** What the victim has, and ids of the same form that nobody has. */
  let there: Ids
  let missing: Ids
  let before: string

  const newManager = (store: Store): SessionManager =>
    new SessionManager({
      store,
      cleanup: false,
      promptComposer: { compose: async () => ({ text: 'be kind', parts: [], digest: 'd', tokens: 2 }) },
      agent: async () => {
        asked++
        return 'an answer'
      },
    })

  async function newSession(): Promise<Session> {
    const session = await manager.for(victim).createSession({
      ...{ key: newId(), name: secret, metadata: { secret }, context: { secret }, systemPrompt: secret, tags: ['t'] },
    })
    await session.addMessage(secret)
    return session
  }

  async function exported(): Promise<string> {
    let text = ''
    for await (const bytes of (await manager.for(victim).getSession(there.session)).export())
      text += Buffer.from(bytes).toString()
    return text
  }

  beforeAll(async () => {
    forgery = new Forgery(await open())
    manager = newManager(forgery.store)
    const session = await newSession()
    there = { session: session.id, chat: (await session.activeChat()).id }
    const none = newSessionId(victim)
    missing = { session: none, chat: newChatId(none) }
    before = await exported()
  })
  afterAll(() => manager.close())

  /** A handle that a forger made: the id of a session, and an owner who has none of it. */
  async function forgedSession(owner: Owner, { session, chat }: Ids): Promise<Session> {
    const own = await manager.for(owner).createSession()
    const stored = await forgery.store.getSession({ id: own.id, owner })
    if (stored === null) throw new Error('the session of the forger is gone')
    await own.delete()
    forgery.session = { ...stored, id: session, activeChatId: chat }
    return await manager.getSession(session)
  }

  async function forgedChat(owner: Owner, ids: Ids) {
    const own = await (await manager.for(owner).createSession()).createChat()
    const session = await forgedSession(owner, ids)
    forgery.chat = { ...(own.record as unknown as StoredChat), id: ids.chat, data: {} } as StoredChat
    return await session.getChat(ids.chat)
  }

  const handles = {
    session: { table: sessionMethods, make: forgedSession },
    state: {
      table: stateMethods,
      make: async (owner: Owner, ids: Ids) => (await forgedSession(owner, ids)).resourceState('notes'),
    },
    context: {
      table: contextMethods,
      make: async (owner: Owner, ids: Ids) => (await forgedSession(owner, ids)).context,
    },
    chat: { table: chatMethods, make: forgedChat },
    scope: { table: scopeMethods, make: async (owner: Owner) => manager.for(owner) },
  }

  /** The calls of one handle, each with what it does to what is there and to what is missing. */
  async function compare<Handle>(
    { call, isLocal }: Method<Handle>,
    make: (ids: Ids) => Promise<Handle>,
  ): Promise<readonly (readonly [outcome: string, calls: readonly string[]])[]> {
    const seen: (readonly [string, readonly string[]])[] = []
    for (const ids of [there, missing]) {
      const handle = await make(ids)
      forgery.calls.length = 0
      const told = await outcome(() => call(handle, ids), ids)
      // The record of a forged handle is the forger's own, with its instants.
      seen.push(isLocal ? ['local', [...forgery.calls]] : [told, [...forgery.calls]])
      expect(told).not.toContain(secret)
    }
    return seen
  }

  describe.each(strangers)('for %s', (_, owner) => {
    for (const [kind, { table, make }] of Object.entries(handles)) {
      test.each(Object.entries(table))(
        `${kind}.%s answers as for what is missing, and does nothing`,
        async (_, entry) => {
          const method = methodOf(entry as never) as Method<unknown>
          asked = 0
          const [foreign, absent] = await compare(method, (ids) => make(owner, ids) as Promise<unknown>)
          expect(foreign).toEqual(absent)
          if (method.isLocal) expect(foreign?.[1]).toEqual([])
          expect(asked).toBe(0)
        },
      )
    }

    test('the own lists, keys and imports hold nothing of it', async () => {
      for (const entry of Object.values(ownMethods)) {
        const told = await outcome(() => methodOf(entry).call(manager.for(owner), there), there)
        expect([told.startsWith('["answered"'), told.includes(secret), told.includes('<session>')]).toEqual([
          ...[true, false, false],
        ])
      }
    })

    test('figures hold nothing of it', async () => {
      const { totalSessions, messages } = await manager.userReport({ ...owner, userId: `${owner.userId}-2` })
      expect([totalSessions, messages]).toEqual([0, 0])
      expect(await manager.countSessions({ ...owner, userId: `${owner.userId}-2` })).toBe(0)
    })
  })

  test('all that was tried has changed nothing', async () => {
    expect(await exported()).toBe(before)
  })

  test.each(Object.entries(sessionMethods))('the owner may: session.%s', async (_, entry) => {
    const { call, before: prepare } = methodOf(entry)
    const session = await newSession()
    const chat = await session.activeChat()
    await prepare?.(session)
    expect(await outcome(() => call(session, { session: session.id, chat: chat.id }), there)).toMatch(/^\["answered"/)
  })

  test.each(Object.entries(chatMethods))('the owner may: chat.%s', async (_, entry) => {
    const session = await newSession()
    const chat = await session.activeChat()
    const told = await outcome(() => methodOf(entry).call(chat, { session: session.id, chat: chat.id }), there)
    expect(told).toMatch(/^\["answered"/)
  })

  test('the owner may: context, state and scope', async () => {
    const session = await newSession()
    const ids = { session: session.id, chat: (await session.activeChat()).id }
    for (const entry of Object.values(contextMethods))
      expect(await outcome(() => methodOf(entry).call(session.context, ids), there)).toMatch(/^\["answered"/)
    for (const entry of Object.values(stateMethods))
      expect(await outcome(() => methodOf(entry).call(session.resourceState('notes'), ids), there)).toMatch(
        /^\["answered"/,
      )
    for (const entry of Object.values(scopeMethods))
      expect(await outcome(() => methodOf(entry).call(manager.for(victim), ids), there)).toMatch(
        /^\["answered",(\{|true)/,
      )
  })

  const noOwners: readonly unknown[] = [
    ...[null, undefined, {}, 'ada', { orgId: 'acme' }, { userId: 'ada' }, { orgId: '', userId: 'ada' }],
    ...[
      { orgId: 'acme', userId: '' },
      { orgId: 'acme', userId: 'x'.repeat(256) },
      { orgId: ['acme'], userId: 'ada' },
    ],
    ...[
      { orgId: 'acme', userId: '\ud800' },
      { orgId: 'acme', userId: 5 },
    ],
  ]

  test.each(noOwners)('%j is no owner', async (owner) => {
    const calls: readonly (() => unknown)[] = [
      () => manager.for(owner as Owner),
      () => manager.userReport(owner as Owner),
      () => manager.eraseUser(owner as Owner),
    ]
    for (const call of calls) expect(await outcome(call, there)).toMatch(/^\["refused","INVALID_/)
  })

  const forgedIds: readonly ((id: string) => string)[] = [
    ...[
      (id: string) => id.toUpperCase(),
      (id: string) => `${id}\n`,
      (id: string) => ` ${id}`,
      (id: string) => `${id}\0`,
    ],
    ...[
      '',
      '*',
      '{}',
      '__proto__',
      'constructor',
      '../../x',
      '😀',
      '\ud800',
      "' or 1=1 -- ",
      '\u001b[31m',
      'x'.repeat(10_000),
    ].map((text) => () => text),
    (id) => id.replace('-7', '-4'),
    (id) => encodeURIComponent(`{${id}}`),
  ]

  test('a forged id is a missing one, and no message repeats it', async () => {
    const scope = manager.for(victim)
    const session = await scope.getSession(there.session)
    for (const forge of forgedIds) {
      const ids = { session: forge(there.session), chat: forge(there.chat) }
      expect(await outcome(() => scope.hasSession(ids.session), missing)).toBe('["answered",false]')
      expect(await outcome(() => scope.deleteSession(ids.session), missing)).toBe('["answered",false]')
      expect(await outcome(() => session.deleteChat(ids.chat), missing)).toBe('["answered",false]')
      for (const call of [() => scope.getSession(ids.session), () => manager.getSession(ids.session)])
        expect(await outcome(call, missing)).toMatch(/^\["refused","SESSION_NOT_FOUND","there is no such session"/)
      for (const call of [() => session.getChat(ids.chat), () => session.switchChat(ids.chat)])
        expect(await outcome(call, missing)).toMatch(
          /^\["refused","CHAT_NOT_FOUND","there is no such chat in the session"/,
        )
    }
    expect(await exported()).toBe(before)
  })
})
