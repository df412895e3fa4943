import type { SessErrorCode, Session, SessionStatus } from '@sess/core'
import { expect, test } from 'vitest'
import { codeOf, errorOf } from './failures.ts'
import { ada, newManager } from './managers.ts'

const actions = ['pause', 'resume', 'archive', 'restore', 'close'] as const

/** A session with a chat and a message, in this state. */
async function sessionIn(status: SessionStatus, manager = newManager({ agent: async () => 'ok' })): Promise<Session> {
  const session = await manager.for(ada).createSession({ context: { a: 1 } })
  const chat = await session.createChat({ key: 'general' })
  await session.createChat({ key: 'other' })
  await chat.addMessage({ id: 'm-1', role: 'user', content: 'Hi' })
  if (status === 'paused') await session.pause()
  if (status === 'archived') await session.archive()
  if (status === 'closed') await session.close()
  return session
}

/** What each action makes of a session in each state, or the code it refuses with. */
const table: Readonly<
  Record<SessionStatus, Readonly<Record<(typeof actions)[number], SessionStatus | SessErrorCode>>>
> = {
  active: { pause: 'paused', resume: 'active', archive: 'archived', restore: 'active', close: 'closed' },
  paused: { pause: 'paused', resume: 'active', archive: 'archived', restore: 'paused', close: 'closed' },
  archived: {
    pause: 'SESSION_ARCHIVED',
    resume: 'SESSION_ARCHIVED',
    archive: 'archived',
    restore: 'active',
    close: 'closed',
  },
  closed: {
    pause: 'SESSION_CLOSED',
    resume: 'SESSION_CLOSED',
    archive: 'SESSION_CLOSED',
    restore: 'SESSION_CLOSED',
    close: 'closed',
  },
}

for (const status of ['active', 'paused', 'archived', 'closed'] as const) {
  for (const action of actions) {
    const expected = table[status][action]
    test(`${action} of an ${status} session: ${expected}`, async () => {
      const manager = newManager()
      const session = await sessionIn(status, manager)
      const { version } = await session.refresh()
      const told: string[] = []
      for (const name of ['paused', 'resumed', 'archived', 'restored', 'closed'] as const)
        manager.on(`session-${name}`, (event) => told.push(event.session.status))

      const outcome = await session[action]().then(
        (record) => record.status,
        (error: { code: string }) => error.code,
      )

      expect(outcome).toBe(expected)
      const record = await session.refresh()
      const changed = record.status !== status
      expect(record.status).toBe(expected in table ? expected : status)
      // What changes nothing is no change: no version, no event.
      expect(record.version).toBe(changed ? version + 1 : version)
      expect(told).toEqual(changed ? [record.status] : [])
    })
  }
}

const refusal = { paused: 'SESSION_PAUSED', archived: 'SESSION_ARCHIVED', closed: 'SESSION_CLOSED' } as const

for (const status of ['paused', 'archived', 'closed'] as const) {
  test(`a session that is ${status} refuses what is sent, added or changed in its structure, and stays as it was`, async () => {
    const session = await sessionIn(status)
    const [general, other] = (await session.listChats()).items
    const before = [await session.refresh(), await general?.refresh(), await session.getMessages()]

    const calls: readonly (() => Promise<unknown> | undefined)[] = [
      () => session.sendMessage('x'),
      () => session.streamMessage('x').next(),
      () => session.postMessage('x'),
      () => general?.sendMessage('x', { replaces: 1 }),
      () => session.addMessage('x'),
      () => general?.sendMessage('x'),
      () => general?.streamMessage('x').next(),
      () => general?.addMessage('x'),
      () => general?.addMessages(['x', 'y']),
      () => general?.rewind(0),
      () => general?.update({ name: 'x' }),
      () => session.createChat(),
      () => session.openChat('new'),
      () => session.switchChat(other?.id ?? ''),
      () => session.deleteChat(other?.id ?? ''),
      () => session.context.set('b', 2),
      () => session.context.setAll({ b: 2 }),
      () => session.context.delete('a'),
    ]
    for (const call of calls) expect(await codeOf(call() ?? Promise.resolve()), `${call}`).toBe(refusal[status])

    expect([await session.refresh(), await general?.refresh(), await session.getMessages()]).toEqual(before)
    expect(await session.context.entries()).toEqual([['a', 1]])
  })

  test(`a session that is ${status} can be read, found, touched, labelled and deleted`, async () => {
    const manager = newManager({ agent: async () => 'ok' })
    const session = await sessionIn(status, manager)
    const user = manager.for(ada)

    expect((await user.getSession(session.id)).record.status).toBe(status)
    expect(await user.hasSession(session.id)).toBe(true)
    expect((await user.listSessions({ status })).items).toHaveLength(1)
    expect(await user.countSessions({ status })).toBe(1)
    expect(await session.getMessages()).toHaveLength(1)
    expect((await (await session.activeChat()).stats()).messageCount).toBe(1)
    expect(await (await session.openChat('general')).lastReply()).toBe(null)
    expect((await session.listChats()).items).toHaveLength(2)
    expect(await session.context.get('a')).toBe(1)
    expect((await session.stats()).status).toBe(status)
    expect((await session.touch()).status).toBe(status)
    expect((await session.extendTtl(60_000)).status).toBe(status)
    expect((await session.update({ name: 'Old one', tags: ['done'] })).name).toBe('Old one')
    const lines: unknown[] = []
    for await (const line of session.export()) lines.push(line)
    expect(lines.length).toBeGreaterThan(0)
    expect(await session.delete()).toBe(true)
  })

  test(`a session that is ${status} and has no chat can be read too, and gets none by it`, async () => {
    const session = await newManager().for(ada).createSession()
    await session[status === 'paused' ? 'pause' : status === 'archived' ? 'archive' : 'close']()
    expect(await session.getMessages()).toEqual([])
    expect(await codeOf(session.activeChat())).toBe(refusal[status])
    expect((await session.stats()).chatCount).toBe(0)
  })
}

test('an active session without a chat has no messages, and reading them makes no chat', async () => {
  const session = await newManager().for(ada).createSession()
  expect(await session.getMessages()).toEqual([])
  expect((await session.refresh()).chatCount).toBe(0)
})

test('restore goes back to the state before the archive', async () => {
  const session = await sessionIn('paused')
  await session.archive()
  await session.archive()
  expect((await session.restore()).status).toBe('paused')
  await session.resume()
  await session.archive()
  expect((await session.restore()).status).toBe('active')
})

test('a resumed session works as before', async () => {
  const session = await sessionIn('paused')
  await session.resume()
  expect((await session.sendMessage('Hi')).text).toBe('ok')
})

test('an archived or closed session does not count against the limits, a paused one does', async () => {
  const manager = newManager({ limits: { sessionsPerUser: 1 } })
  const user = manager.for(ada)
  const first = await user.createSession()
  await first.pause()
  expect(await codeOf(user.createSession())).toBe('SESSION_LIMIT_REACHED')
  await first.archive()
  const second = await user.createSession()
  expect(await codeOf(user.createSession())).toBe('SESSION_LIMIT_REACHED')
  await second.close()
  expect(await codeOf(user.createSession())).toBe(null)
})

test('restoring needs room: it is refused when full, tells of it, and works once there is some', async () => {
  const manager = newManager({ limits: { sessionsPerUser: 1 } })
  const user = manager.for(ada)
  const first = await user.createSession()
  await first.archive()
  const second = await user.createSession()
  const told: unknown[] = []
  manager.on('limit-reached', ({ code, sessionId }) => told.push([code, sessionId]))

  const error = await errorOf(first.restore())

  expect(error).toMatchObject({ code: 'SESSION_LIMIT_REACHED', details: { scope: 'user', limit: 1 } })
  expect((await first.refresh()).status).toBe('archived')
  expect(told).toEqual([['SESSION_LIMIT_REACHED', first.id]])
  await second.delete()
  expect((await first.restore()).status).toBe('active')
})

test('of many restores at once only as many succeed as there is room', async () => {
  const manager = newManager({ limits: { sessionsPerUser: 5 } })
  const user = manager.for(ada)
  const sessions: Session[] = []
  for (let count = 0; count < 20; count++) {
    const session = await user.createSession()
    await session.archive()
    sessions.push(session)
  }
  const codes = await Promise.all(sessions.map((session) => codeOf(session.restore())))
  expect(codes.filter((code) => code === null)).toHaveLength(5)
  expect(await user.countSessions({ status: 'active' })).toBe(5)
})

test('a change that expects another version is VERSION_CONFLICT and writes nothing', async () => {
  const session = await sessionIn('active')
  const chat = await session.activeChat()
  const { version } = await session.update({ name: 'A' })
  const expectedVersion = version - 1

  for (const call of [
    () => session.update({ name: 'B' }, { expectedVersion }),
    () => session.setSystemPrompt('B', { expectedVersion }),
    () => session.refreshPrompt({}, { expectedVersion }),
    () => chat.update({ name: 'B' }, { expectedVersion: chat.record.version + 1 }),
  ])
    expect(await codeOf(call()), `${call}`).toBe('VERSION_CONFLICT')

  const error = await errorOf(session.update({ name: 'B' }, { expectedVersion }))
  expect(error.details).toEqual({ expectedVersion, actualVersion: version })
  expect(await session.refresh()).toMatchObject({ version, name: 'A', systemPrompt: null })
  expect((await chat.refresh()).name).toBe(null)
  expect((await session.update({ name: 'B' }, { expectedVersion: version })).version).toBe(version + 1)
})

test('of fifty changes that expect the same version one wins', async () => {
  const session = await sessionIn('active')
  const { version: expectedVersion } = await session.refresh()
  const codes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => codeOf(session.update({ name: `${index}` }, { expectedVersion }))),
  )
  expect(codes.filter((code) => code === null)).toHaveLength(1)
  expect(codes.filter((code) => code === 'VERSION_CONFLICT')).toHaveLength(49)
})

test('fifty changes of different fields at once are all applied, on sessions and on chats', async () => {
  const manager = newManager()
  const session = await sessionIn('active', manager)
  const chat = await session.activeChat()
  const handles = await Promise.all(Array.from({ length: 50 }, () => manager.for(ada).getSession(session.id)))
  const before = await session.refresh()
  const chatBefore = await chat.refresh()
  const fields = ['name', 'tags', 'metadata', 'preferences'] as const
  const values = { name: 'A', tags: ['a'], metadata: { a: 1 }, preferences: { a: 1 } }

  await Promise.all(
    handles.map((handle, index) => {
      const field = fields[index % 4] ?? 'name'
      return handle.update({ [field]: values[field] })
    }),
  )
  const chatHandles = await Promise.all(Array.from({ length: 50 }, () => session.getChat(chat.id)))
  await Promise.all(
    chatHandles.map((handle, index) => handle.update(index % 2 === 0 ? { name: 'A' } : { metadata: { a: 1 } })),
  )

  expect(await session.refresh()).toMatchObject({ ...values, version: before.version + 50 })
  expect(await chat.refresh()).toMatchObject({ name: 'A', metadata: { a: 1 }, version: chatBefore.version + 50 })
})

test('a change and a change of state at once both land', async () => {
  const manager = newManager()
  const session = await sessionIn('active', manager)
  const other = await manager.for(ada).getSession(session.id)
  await Promise.all([session.update({ name: 'A' }), other.archive(), session.update({ tags: ['a'] })])
  expect(await session.refresh()).toMatchObject({ name: 'A', tags: ['a'], status: 'archived' })
  expect((await session.restore()).status).toBe('active')
})
