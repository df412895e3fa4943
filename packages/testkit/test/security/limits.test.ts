import { isSessError, type JsonObject, newId, type Owner, type Session, SessionManager, type Store } from '@sess/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eachStore } from './store-places.ts'

const limits = {
  ...{ bytesPerMessage: 1_000, bytesPerField: 1_000, bytesPerPrompt: 1_000, contextBytes: 1_000, contextKeys: 3 },
  ...{ chatsPerSession: 3, messagesPerChat: 3, overflow: 'reject' as const, sessionsPerUser: 3 },
}

/** Something with a size, so many bytes or so many times, for a new session of a new user. */
interface Sized {
  readonly limit: number
  readonly code: string
  readonly write: (session: Session, size: number) => Promise<unknown>
}

const bytes = (count: number): string => 'ä'.repeat(count >> 1) + 'x'.repeat(count % 2)
/** An object whose JSON has so many bytes. */
const object = (count: number): JsonObject => ({ a: 'x'.repeat(count - '{"a":""}'.length) })

async function times(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await work(index)
}

const sized: Readonly<Record<string, Sized>> = {
  message: { limit: 1_000, code: 'TOO_LARGE', write: (session, size) => session.addMessage(bytes(size)) },
  metadata: { limit: 1_000, code: 'TOO_LARGE', write: (session, size) => session.update({ metadata: object(size) }) },
  preferences: {
    ...{ limit: 1_000, code: 'TOO_LARGE' },
    write: (session, size) => session.update({ preferences: object(size) }),
  },
  'agent of a chat': {
    ...{ limit: 1_000, code: 'TOO_LARGE' },
    write: (session, size) => session.createChat({ agent: object(size) }),
  },
  prompt: { limit: 1_000, code: 'TOO_LARGE', write: (session, size) => session.setSystemPrompt(bytes(size)) },
  'state of a resource': {
    ...{ limit: 1_000, code: 'TOO_LARGE' },
    write: (session, size) => session.resourceState('notes').update(() => object(size)),
  },
  'context in bytes': {
    ...{ limit: 1_000, code: 'CONTEXT_LIMIT_REACHED' },
    // Key and value as JSON: the quotes of both count.
    write: (session, size) => session.context.set('key', 'x'.repeat(size - '"key"""'.length)),
  },
  'keys of context': {
    ...{ limit: 3, code: 'CONTEXT_LIMIT_REACHED' },
    write: (session, size) => times(size, (index) => session.context.set(`k${index}`, index)),
  },
  chats: {
    ...{ limit: 3, code: 'CHAT_LIMIT_REACHED' },
    write: (session, size) => times(size, () => session.createChat()),
  },
  messages: {
    ...{ limit: 3, code: 'MESSAGE_LIMIT_REACHED' },
    write: (session, size) => times(size, () => session.addMessage('hello')),
  },
  name: { limit: 255, code: 'INVALID_ARGUMENT', write: (session, size) => session.update({ name: bytes(size) }) },
  tag: { limit: 255, code: 'INVALID_ARGUMENT', write: (session, size) => session.update({ tags: [bytes(size)] }) },
  'key of context': {
    ...{ limit: 255, code: 'INVALID_ARGUMENT' },
    write: (session, size) => session.context.set(bytes(size), 1),
  },
  'key of a chat': { limit: 255, code: 'INVALID_ARGUMENT', write: (session, size) => session.openChat(bytes(size)) },
}

const hostile: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '*',
    '{}',
    '[]',
    '../',
    '..\\',
    '/etc/passwd',
    '😀',
    ' ',
    '\0',
  ],
  ...['a\nb', 'a\r\nb', '\u001b[31mred', '\u2028', "' or 1=1 -- ", '`', '%s', '$&', '{{x}}', 'null', '-1', 'İ', 'ß'],
]

describe.each(eachStore)('limits and names, on %s', (_, open) => {
  let store: Store
  let manager: SessionManager
  const lines: string[] = []
  const log = (fields: object, text: string): void => void lines.push(`${JSON.stringify(fields)} ${text}`)

  beforeAll(async () => {
    store = await open()
    const logger = { debug: log, info: log, warn: log, error: log }
    manager = new SessionManager({ store, limits, cleanup: false, logger, agent: async () => 'an answer' })
  })
  afterAll(() => manager.close())

  const newOwner = (): Owner => ({ orgId: 'acme', userId: newId() })
  const codeOf = async (work: Promise<unknown>): Promise<string | null> =>
    await work.then(
      () => null,
      (error: unknown) => (isSessError(error) ? error.code : `${error}`),
    )

  test.each(Object.entries(sized))(
    '%s: one under and exactly the limit are kept, one over is refused whole',
    async (_, one) => {
      for (const size of [one.limit - 1, one.limit]) {
        const session = await manager.for(newOwner()).createSession()
        expect([size, await codeOf(one.write(session, size))]).toEqual([size, null])
        expect(await codeOf(session.refresh())).toBe(null)
      }
      const session = await manager.for(newOwner()).createSession()
      const { version } = session.record
      expect(await codeOf(one.write(session, one.limit + 1))).toBe(one.code)
      // What was refused changed nothing of the record.
      if (one.limit > 3) expect((await session.refresh()).version).toBe(version)
    },
  )

  test('sessions of a user: one under and exactly the limit are made, one over is refused', async () => {
    const scope = manager.for(newOwner())
    await times(3, () => scope.createSession())
    expect(await codeOf(scope.createSession())).toBe('SESSION_LIMIT_REACHED')
    expect(await scope.countSessions()).toBe(3)
  })

  test.each(hostile)('%j is a name like any other, everywhere', async (name) => {
    const owner = { orgId: `${name}${newId()}`, userId: name }
    const scope = manager.for(owner)
    const metadata = JSON.parse(`{${JSON.stringify(name)}:{"polluted":true}}`) as JsonObject
    const session = await scope.createSession({ key: name, name, tags: [name], metadata, preferences: metadata })
    await session.context.set(name, metadata)
    const chat = await session.openChat(name, { name, metadata, agent: metadata })
    await chat.addMessage({ id: name, role: 'user', content: name, name, metadata })
    const found = await scope.openSession(name)
    expect([found.id, found.record.owner, found.record.name]).toEqual([session.id, owner, name])
    expect(JSON.stringify([found.record.metadata, await found.context.entries()])).toBe(
      JSON.stringify([metadata, [[name, metadata]]]),
    )
    expect((await scope.listSessions({ tag: name })).items.map(({ id }) => id)).toEqual([session.id])
    const [message] = await (await found.openChat(name)).getMessages()
    expect([message?.id, message?.content, JSON.stringify(message?.metadata)]).toEqual([
      ...[name, name, JSON.stringify(metadata)],
    ])
    const near = manager.for({ ...owner, userId: `${name}x` })
    expect([await near.countSessions(), await codeOf(near.getSession(session.id))]).toEqual([0, 'SESSION_NOT_FOUND'])
    expect(({} as Record<string, unknown>).polluted).toBe(undefined)
    expect(await session.delete()).toBe(true)
    expect(await scope.countSessions()).toBe(0)
  })

  test('names of 10 kB are refused, everywhere', async () => {
    const long = 'x'.repeat(10_000)
    const session = await manager.for(newOwner()).createSession()
    const calls: readonly (() => Promise<unknown>)[] = [
      async () => manager.for({ orgId: long, userId: 'ada' }),
      async () => manager.for({ orgId: 'acme', userId: long }),
      () => manager.for(newOwner()).createSession({ key: long }),
      () => manager.for(newOwner()).openSession(long),
      () => session.update({ tags: [long] }),
      () => session.openChat(long),
      () => session.context.get(long),
      () => session.context.set(long, 1),
      () => session.addMessage({ id: long, role: 'user', content: 'hello' }),
    ]
    for (const call of calls) expect(await codeOf(call())).toMatch(/^INVALID_/)
  })

  test('whatever a name holds, a line of the log stays one', async () => {
    const name = 'a\nERROR forged\u001b[31m\u2028'
    const failing = new SessionManager({
      ...{ store, closeStore: false, cleanup: false },
      logger: { debug: log, info: log, warn: log, error: log },
      audit: { record: async () => Promise.reject(new Error(name)) },
      auditFailure: 'warn',
    })
    lines.length = 0
    const session = await failing.for({ orgId: name, userId: name }, { actor: name }).createSession({ key: name })
    await failing.for({ orgId: name, userId: name }).hasSession(`${name}${session.id}`)
    await session.delete()
    await failing.close()
    expect(lines.length).toBeGreaterThanOrEqual(2)
    // Names are fields of the line, not part of its text: how they are written is the logger's.
    for (const line of lines) expect(line.slice(line.lastIndexOf('} ') + 2)).toMatch(/^[\w ,.'-]+$/)
  })
})
