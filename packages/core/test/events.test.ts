import {
  type AuditEvent,
  type AuditLog,
  type Chat,
  type ComposedPrompt,
  type Logger,
  newSessionId,
  type ResourceReport,
  type SessEventName,
  type SessEvents,
  type Session,
  type SessionManager,
  type SessionManagerOptions,
  type SessionResource,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { ada, collected, failure, inPieces, newManager, present } from './one-session.ts'
import { until } from './waiting.ts'

interface World {
  readonly manager: SessionManager
  readonly session: Session
  readonly chat: Chat
  readonly failing: Set<string>
  sleepMs(ms: number): void
}

/** Words that are content, wherever they stand. */
const secret = 'SECRET'

/** What the resources of a session report. */
function reported(type: ResourceReport['type']) {
  return async ({ session }: World) => {
    const report = { outcome: 'ok', details: { server: 'files' } } as const
    await session.report({ type, ...report })
    return { owner: ada, sessionId: session.id, ...report }
  }
}

/** Makes each event happen, through calls as users make them. @returns what it holds. */
const flows: { readonly [Name in SessEventName]: (world: World) => Promise<SessEvents[Name]> } = {
  'session-created': async ({ manager }) => ({ session: (await manager.for(ada).createSession()).record }),
  'session-imported': async ({ manager, session }) => {
    const bytes = await collected(session.export())
    return { session: (await manager.for(ada).importSession(inPieces(bytes))).record }
  },
  'session-updated': async ({ session }) => ({ session: await session.update({ name: secret }) }),
  'session-paused': async ({ session }) => ({ session: await session.pause() }),
  'session-resumed': async ({ session }) => {
    await session.pause()
    return { session: await session.resume() }
  },
  'session-archived': async ({ session }) => ({ session: await session.archive() }),
  'session-restored': async ({ session }) => {
    await session.archive()
    return { session: await session.restore() }
  },
  'session-closed': async ({ session }) => ({ session: await session.close() }),
  'session-expired': async ({ manager, session, sleepMs }) => {
    const record = await session.extendTtl(5)
    sleepMs(5)
    await manager.sweep()
    return { session: record }
  },
  'session-deleted': async ({ session }) => {
    await session.delete()
    return { owner: ada, sessionId: session.id }
  },
  'user-erased': async ({ manager }) => ({ owner: ada, ...(await manager.eraseUser(ada)) }),
  'prompt-refreshed': async ({ session }) => {
    const previousDigest = present(session.record.systemPrompt).digest
    return { session: await session.refreshPrompt({ mood: secret }), previousDigest }
  },
  'chat-created': async ({ session }) => {
    const { record } = await session.createChat({ name: secret, systemPrompt: secret })
    return { ...place(session, record.id), chat: record }
  },
  'chat-updated': async ({ session, chat }) => ({
    ...place(session, chat.id),
    chat: await chat.update({ name: secret }),
  }),
  'chat-switched': async ({ session, chat }) => {
    await session.switchChat(chat.id)
    return place(session, chat.id)
  },
  'chat-rewound': async ({ session, chat }) => {
    await chat.rewind(1)
    return { ...place(session, chat.id), keepThrough: 1 }
  },
  'chat-repaired': async ({ session, chat }) => {
    const input = { secret }
    await chat.addMessage({ role: 'assistant', content: [{ type: 'tool-call', callId: 'c', name: 'search', input }] })
    return { ...place(session, chat.id), ...(await chat.repair()) }
  },
  'chat-deleted': async ({ session, chat }) => {
    await session.deleteChat(chat.id)
    return place(session, chat.id)
  },
  'message-added': async ({ session, chat }) => ({
    ...place(session, chat.id),
    message: await chat.addMessage(secret),
  }),
  'turn-started': async ({ session, chat }) => {
    const { turnId } = await chat.sendMessage(secret)
    return { ...place(session, chat.id), turnId }
  },
  'turn-ended': async ({ session, chat }) => {
    const { turnId } = await chat.sendMessage(secret)
    return { ...place(session, chat.id), turnId, outcome: 'completed', responseMs: expect.any(Number), error: null }
  },
  'access-denied': async ({ manager, session }) => {
    const owner = { orgId: 'acme', userId: 'mallory' }
    await failure(() => manager.for(owner).getSession(session.id))
    return { owner, sessionId: session.id }
  },
  'limit-reached': async ({ session }) => {
    await failure(() => session.context.setAll({ a: secret, b: secret, c: secret }))
    return { owner: ada, sessionId: session.id, code: 'CONTEXT_LIMIT_REACHED' }
  },
  'resource-failed': async ({ session, failing }) => {
    failing.add('release')
    return { session: await session.close(), resource: 'folder', action: 'release', error: expect.any(Error) }
  },
  'mcp-client-changed': reported('mcp-client-changed'),
  'mcp-client-added': reported('mcp-client-added'),
  'mcp-client-connected': reported('mcp-client-connected'),
  'mcp-client-failed': reported('mcp-client-failed'),
  'mcp-client-removed': reported('mcp-client-removed'),
  'mcp-tool-called': reported('mcp-tool-called'),
  'mcp-tools-changed': reported('mcp-tools-changed'),
  'sweep-ended': async ({ manager, session, sleepMs }) => {
    await session.extendTtl(5)
    sleepMs(5)
    await manager.sweep()
    return { expired: 1, failed: 0, durationMs: expect.any(Number) }
  },
}
const names = Object.keys(flows) as SessEventName[]
const unaudited: ReadonlySet<SessEventName> = new Set([
  'mcp-client-changed',
  'message-added',
  'turn-started',
  'resource-failed',
  'sweep-ended',
])
const audited = names.filter((name): name is AuditEvent['type'] & SessEventName => !unaudited.has(name))

describe('events', () => {
  test.each(names)('events: %s is told once, with what happened, and frozen', async (name) => {
    const world = await newWorld()
    const told: unknown[] = []
    world.manager.on(name, (event) => told.push(event))
    const expected = await flows[name](world)
    expect(told).toEqual([expected])
    expect(Object.isFrozen(told[0])).toBe(true)
  })

  test('events: a turn tells of its messages and its ends, in order', async () => {
    const world = await newWorld()
    const told = everything(world.manager)
    await world.chat.sendMessage('Hi')
    expect(told.map(([name]) => name)).toEqual(['message-added', 'turn-started', 'message-added', 'turn-ended'])
  })

  test.each<readonly [string, string]>([
    ['fail', 'failed'],
    ['leave', 'interrupted'],
  ])('events: a turn that is made to %s ends as %s', async (how, outcome) => {
    const world = await newWorld()
    const ends: unknown[] = []
    world.manager.on('turn-ended', (event) => ends.push(event.outcome))
    if (how === 'fail') await failure(() => world.chat.sendMessage('fail'))
    else for await (const event of world.chat.streamMessage('Hi')) if (event.type === 'text') break
    expect(ends).toEqual([outcome])
  })

  test('events: what changes nothing is not told', async () => {
    const { manager, session, chat } = await newWorld()
    await manager.for(ada).openSession('ticket')
    const message = { id: 'm', role: 'user', content: 'a' } as const
    await chat.addMessage(message)
    const told = everything(manager)
    await manager.for(ada).openSession('ticket')
    await session.openChat('general')
    await session.resume()
    await session.restore()
    await chat.addMessage(message)
    await chat.repair()
    expect(await session.deleteChat(session.id)).toBe(false)
    expect(await manager.for(ada).deleteSession(chat.id)).toBe(false)
    await session.touch()
    await chat.getMessages()
    await collected(session.export())
    expect(told).toEqual([])
  })

  test('events: what failed is not told', async () => {
    const { manager, session, chat } = await newWorld()
    await session.pause()
    const told = everything(manager)
    for (const call of [
      () => chat.addMessage('a'),
      () => chat.sendMessage('a'),
      () => session.createChat(),
      () => session.switchChat(chat.id),
      () => session.deleteChat(chat.id),
      () => session.update({ name: '' }),
      () => session.update({ name: 'a' }, { expectedVersion: 99 }),
    ])
      await failure(call)
    expect(told).toEqual([])
  })

  test('events: a manager tells of what happened through it only', async () => {
    const store = new MemoryStore()
    const [mine, other] = [newManager({ store }), newManager({ store })]
    const told = everything(mine)
    await other.for(ada).createSession()
    expect(told).toEqual([])
    await mine.for(ada).createSession()
    expect(told).toHaveLength(1)
  })

  test('events: a listener that was removed hears nothing more, and can be removed again', async () => {
    const manager = newManager()
    let heard = 0
    const off = manager.on('session-created', () => heard++)
    await manager.for(ada).createSession()
    off()
    off()
    await manager.for(ada).createSession()
    expect(heard).toBe(1)
  })

  test('events: a function that was added twice is called twice, and removed once', async () => {
    const manager = newManager()
    let heard = 0
    const listener = (): void => {
      heard++
    }
    const off = manager.on('session-created', listener)
    manager.on('session-created', listener)
    await manager.for(ada).createSession()
    expect(heard).toBe(2)
    off()
    off()
    await manager.for(ada).createSession()
    expect(heard).toBe(3)
  })

  test('events: a listener that throws or rejects harms neither the others nor the caller, and is logged', async () => {
    const { logger, logged } = newLogger()
    const manager = newManager({ logger })
    const heard: string[] = []
    const broken = new Error('broken')
    manager.on('session-created', () => {
      throw broken
    })
    manager.on('session-created', async () => {
      await Promise.resolve()
      throw broken
    })
    manager.on('session-created', () => heard.push('last'))
    const session = await manager.for(ada).createSession()
    expect(heard).toEqual(['last'])
    expect((await manager.for(ada).getSession(session.id)).id).toBe(session.id)
    await until(() => logged.length === 2)
    expect(logged).toEqual(new Array(2).fill(['error', { event: 'session-created', error: broken }]))
  })

  test('events: listeners that are added or removed meanwhile count from the next event on', async () => {
    const manager = newManager()
    const heard: string[] = []
    const off = manager.on('session-created', () => {
      heard.push('first')
      manager.on('session-created', () => heard.push('added'))
      off()
    })
    manager.on('session-created', () => heard.push('second'))
    await manager.for(ada).createSession()
    expect(heard).toEqual(['first', 'second'])
    await manager.for(ada).createSession()
    expect(heard).toEqual(['first', 'second', 'second', 'added'])
  })

  test('events: a listener cannot change what the next one hears, nor what is kept', async () => {
    const { manager, chat } = await newWorld()
    const failures: unknown[] = []
    manager.on('message-added', (event) => {
      for (const change of [
        () => Object.assign(event, { chatId: 'x' }),
        () => Object.assign(event.message, { content: 'x' }),
      ]) {
        try {
          change()
        } catch (error) {
          failures.push(error)
        }
      }
    })
    const contents: unknown[] = []
    manager.on('message-added', ({ message }) => contents.push(message.content))
    await chat.addMessage('kept')
    expect(contents).toEqual(['kept'])
    expect(failures).toHaveLength(2)
    expect((await chat.getMessages()).at(-1)?.content).toBe('kept')
  })

  test('events: a listener may call the manager', async () => {
    const { manager, chat } = await newWorld()
    const seen: number[] = []
    manager.on('message-added', async () => {
      seen.push((await chat.getMessages()).length)
    })
    await chat.addMessage('a')
    await until(() => seen.length === 1)
    expect(seen).toEqual([3])
  })
})

describe('audit', () => {
  test.each(audited)('audit: %s is recorded once, with who, what and where', async (name) => {
    const { audit, records } = newAudit()
    const world = await newWorld({ audit })
    records.length = 0
    const startedAt = Date.now()
    const event = await flows[name](world)
    const { owner, sessionId } =
      'session' in event ? { owner: event.session.owner, sessionId: event.session.id } : { sessionId: null, ...event }
    const chatId = 'chatId' in event ? event.chatId : null
    expect(records.filter(({ type }) => type === name)).toEqual([
      {
        ...{ type: name, owner, actor: null, sessionId, chatId, details: expect.any(Object) },
        outcome: name === 'access-denied' ? 'failed' : 'ok',
        at: expect.any(Number),
      },
    ])
    for (const { at } of records) expect(at >= startedAt && at <= Date.now()).toBe(true)
  })

  test('audit: who acts in the place of the owner is named, in everything that comes of it', async () => {
    const { audit, records } = newAudit()
    const { manager, session } = await newWorld({ audit })
    records.length = 0
    const help = manager.for(ada, { actor: 'support:eve' })
    const theirs = await help.getSession(session.id)
    await theirs.update({ name: 'Mended' })
    await (await theirs.createChat()).sendMessage('Hi')
    await (await help.createSession()).delete()
    expect(records.length).toBeGreaterThan(4)
    expect(new Set(records.map(({ actor }) => actor))).toEqual(new Set(['support:eve']))
    await session.update({ name: 'Again' })
    expect(records.at(-1)?.actor).toBe(null)
    for (const actor of ['', 'x'.repeat(300), 7])
      expect(() => manager.for(ada, { actor: actor as string })).toThrow('actor')
  })

  test('audit: an id of somebody else and one that nobody has are denied alike; what is no id is not repeated', async () => {
    const { audit, records } = newAudit()
    const { manager, session } = await newWorld({ audit })
    const mallory = { orgId: 'acme', userId: 'mallory' }
    const sessions = manager.for(mallory)
    const nobodys = newSessionId({ orgId: 'acme', userId: 'nobody' })
    for (const id of [session.id, nobodys, 'x'.repeat(10_000)]) {
      records.length = 0
      await failure(() => sessions.getSession(id))
      expect(await sessions.hasSession(id)).toBe(false)
      expect(await sessions.deleteSession(id)).toBe(false)
      const sessionId = id.length === 36 ? id : null
      const denied = { type: 'access-denied', owner: mallory, sessionId, chatId: null, actor: null, details: {} }
      const expected = { ...denied, outcome: 'failed', at: expect.any(Number) }
      expect(records).toEqual(Array.from({ length: 3 }, () => expected))
    }
  })

  test.each([...unaudited])('audit: %s is not recorded', async (name) => {
    const { audit, records } = newAudit()
    await flows[name](await newWorld({ audit }))
    expect(records.map(({ type }) => type)).not.toContain(name)
  })

  test('audit: nothing that is recorded holds content', async () => {
    const { audit, records } = newAudit()
    for (const name of names) await flows[name](await newWorld({ audit }))
    expect(records.length).toBeGreaterThan(names.length)
    expect(JSON.stringify(records)).not.toContain(secret)
  })

  const failures: readonly (readonly [string, Partial<SessionManagerOptions>])[] = [
    ['SESSION_LIMIT_REACHED', { limits: { sessions: 1 } }],
    ['PROMPT_FAILED', { promptComposer: { compose: () => Promise.reject(new Error(secret)) } }],
    ['RESOURCE_FAILED', { resources: [folder(new Set(['provision']))] }],
  ]
  test.each(failures)('audit: a creation that ends with %s is recorded', async (code, options) => {
    const { audit, records } = newAudit()
    const manager = newManager({ audit, ...options })
    if (code === 'SESSION_LIMIT_REACHED') await manager.for(ada).createSession()
    records.length = 0
    expect((await failure(() => manager.for(ada).createSession())).code).toBe(code)
    const failed: AuditEvent = {
      type: 'session-create-failed',
      actor: null,
      owner: ada,
      sessionId: null,
      chatId: null,
      outcome: 'failed',
      at: expect.any(Number),
      details: { code },
    }
    expect(records.at(-1)).toEqual(failed)
    expect(records.some(({ type }) => type === 'limit-reached')).toBe(code === 'SESSION_LIMIT_REACHED')
    expect(JSON.stringify(records)).not.toContain(secret)
  })

  test('audit: a session that the log did not keep is undone, and nobody hears of it', async () => {
    const audit: AuditLog = { record: () => Promise.reject(new Error('disk full')) }
    const made = new Set<string>()
    const resource: SessionResource = {
      ...folder(new Set()),
      provision: async ({ id }) => void made.add(id),
      destroy: async ({ id }) => void made.delete(id),
    }
    for (const auditFailure of [undefined, 'fail'] as const) {
      const manager = newManager({ audit, auditFailure, resources: [resource] })
      const told = everything(manager)
      const bytes = await collected((await newManager().for(ada).createSession({ key: 'k' })).export())
      for (const make of [
        () => manager.for(ada).createSession({ key: 'k', context: { a: 1 } }),
        () => manager.for(ada).openSession('k'),
        () => manager.for(ada).importSession(inPieces(bytes)),
      ]) {
        const error = await failure(make)
        expect([error.code, error.cause]).toEqual(['AUDIT_FAILED', new Error('disk full')])
        expect(await manager.for(ada).countSessions()).toBe(0)
      }
      expect(made.size).toBe(0)
      expect((await manager.stats()).totalSessions).toBe(0)
      expect(told).toEqual([])
    }
  })

  test('audit: what else the log did not keep has happened, and the call says so', async () => {
    const { audit, records, fails } = newAudit()
    const world = await newWorld({ audit })
    fails.add('session-paused')
    const error = await failure(() => world.session.pause())
    expect([error.code, error.details]).toEqual(['AUDIT_FAILED', { event: 'session-paused' }])
    expect((await world.session.refresh()).status).toBe('paused')
    fails.add('session-deleted')
    expect((await failure(() => world.session.delete())).code).toBe('AUDIT_FAILED')
    expect(await world.manager.for(ada).countSessions()).toBe(0)
    expect(records.some(({ type }) => type === 'session-paused')).toBe(false)
  })

  test('audit: with auditFailure warn, everything goes on and each failure is logged', async () => {
    const { logger, logged } = newLogger()
    const audit: AuditLog = { record: () => Promise.reject(new Error('disk full')) }
    const world = await newWorld({ audit, auditFailure: 'warn', logger })
    await world.chat.sendMessage('Hi')
    await world.session.pause()
    expect(await world.session.delete()).toBe(true)
    const events = logged.map(([level, details]) => [level, (details as { event: string }).event])
    expect(events).toEqual(
      ['session-created', 'chat-created', 'turn-ended', 'session-paused', 'session-deleted'].map((name) => [
        'error',
        name,
      ]),
    )
    expect(JSON.stringify(logged)).not.toContain(secret)
  })

  test('audit: a log that throws instead of rejecting is a log that failed', async () => {
    const audit: AuditLog = {
      record: () => {
        throw new Error('disk full')
      },
    }
    expect((await failure(() => newManager({ audit }).for(ada).createSession())).code).toBe('AUDIT_FAILED')
    expect((await newManager({ audit, auditFailure: 'warn' }).for(ada).createSession()).id).toHaveLength(36)
  })

  test('audit: an answer is kept although the end of its turn was not recorded', async () => {
    const { audit, fails } = newAudit()
    const world = await newWorld({ audit })
    fails.add('turn-ended')
    expect((await failure(() => world.chat.sendMessage('Hi'))).code).toBe('AUDIT_FAILED')
    expect((await world.chat.lastReply())?.content).toBe('Hello')
    fails.clear()
    expect((await world.chat.sendMessage('Again', { whenBusy: 'reject' })).text).toBe('Hello')
  })
})

async function newWorld(options: Partial<SessionManagerOptions> = {}): Promise<World> {
  let now = 1_000
  const failing = new Set<string>()
  let version = 0
  const manager = newManager({
    store: new MemoryStore({ clock: () => now }),
    limits: { contextKeys: 2 },
    resources: [folder(failing)],
    promptComposer: { compose: async () => composed(`${secret} ${version++}`) },
    agent: async function* ({ message }) {
      yield 'Hel'
      if (message.content === 'fail') throw new Error('overloaded')
      yield 'lo'
    },
    ...options,
  })
  const session = await manager.for(ada).createSession({ context: { secret }, metadata: { secret }, name: secret })
  const chat = await session.createChat({ key: 'general', agent: { secret } })
  await chat.addMessages([secret, { role: 'assistant', content: secret }])
  const sleepMs = (ms: number): void => {
    now += ms
  }
  return { manager, session, chat, failing, sleepMs }
}

function composed(text: string): ComposedPrompt {
  return { text, digest: `digest-${text.length}-${text.at(-1)}`, tokens: 1, parts: [] }
}

/** A resource that does nothing, or fails with the actions in `failing`. */
function folder(failing: ReadonlySet<string>): SessionResource {
  const act = (action: string) => async (): Promise<void> => {
    if (failing.has(action)) throw new Error(`no ${action}`)
  }
  return { name: 'folder', provision: act('provision'), release: act('release'), destroy: act('destroy') }
}

function place(session: Session, chatId: string) {
  return { owner: ada, sessionId: session.id, chatId }
}

/** All that the manager tells from now on. */
function everything(manager: SessionManager): (readonly [SessEventName, unknown])[] {
  const told: (readonly [SessEventName, unknown])[] = []
  for (const name of names) manager.on(name, (event) => void told.push([name, event]))
  return told
}

function newAudit() {
  const records: AuditEvent[] = []
  const fails = new Set<string>()
  const audit: AuditLog = {
    record: async (event) => {
      if (fails.has(event.type)) throw new Error('disk full')
      records.push(event)
    },
  }
  return { audit, records, fails }
}

function newLogger() {
  const logged: (readonly [string, object])[] = []
  const log =
    (level: string) =>
    (details: object): void =>
      void logged.push([level, details])
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  return { logger, logged }
}

describe('an audit log that fails does not hide what failed before it', () => {
  const audit = { record: () => Promise.reject(new Error('the disk is full')) }

  test('a creation that was refused says why', async () => {
    const manager = newManager({ audit, limits: { sessionsPerUser: 1 } })
    const name = 'x'.repeat(256)
    expect((await failure(() => manager.for(ada).createSession({ name }))).code).toBe('INVALID_ARGUMENT')
  })

  test('a turn whose agent failed says so', async () => {
    const store = new MemoryStore()
    const session = await newManager({ store, closeStore: false }).for(ada).createSession()
    const audited = newManager({ store, audit, agent: () => Promise.reject(new Error('no model')) })
    const chat = await (await audited.for(ada).getSession(session.id)).openChat('c').catch(() => null)
    expect(chat).toBe(null)
    const first = await session.createChat()
    const again = await (await audited.for(ada).getSession(session.id)).getChat(first.id)
    expect((await failure(() => again.sendMessage('Hello'))).code).toBe('AGENT_FAILED')
  })
})
