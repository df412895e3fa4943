import { type AuditEvent, type Session, SessionManager, type SessionResource } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { codeOf, errorOf } from './failures.ts'
import { ada, newChat, newManager, twoManagers } from './managers.ts'

async function kept(session: Session, resource = 'mcp') {
  return (await session.resourceState(resource).read()).value
}

test('a resource keeps a state with the session, and other handles and processes see it', async () => {
  const [one, other] = twoManagers()
  const session = await one.for(ada).createSession()
  expect(await kept(session)).toEqual({})

  expect(await session.resourceState('mcp').update(() => ({ servers: 1 }))).toEqual({ servers: 1 })

  const there = await other.for(ada).getSession(session.id)
  expect(await kept(there)).toEqual({ servers: 1 })
  expect(await kept(there, 'other')).toEqual({})
})

test('changes of two processes at once are both kept', async () => {
  const [one, other] = twoManagers()
  const session = await one.for(ada).createSession()
  const there = await other.for(ada).getSession(session.id)
  const add = (handle: Session, name: string) => handle.resourceState('mcp').update((now) => ({ ...now, [name]: true }))
  const names = Array.from({ length: 20 }, (_, index) => `n${index}`)

  await Promise.all(names.map((name, index) => add(index % 2 === 0 ? session : there, name)))

  expect(Object.keys(await kept(session)).toSorted()).toEqual(names.toSorted())
})

test('states of different resources do not touch each other, whatever their names', async () => {
  const { session } = await newChat()
  for (const name of ['__proto__', 'constructor', 'a'])
    await session.resourceState(name).update((now) => ({ ...now, name }))
  for (const name of ['__proto__', 'constructor', 'a']) expect(await kept(session, name)).toEqual({ name })
  expect(await kept(session, 'toString')).toEqual({})
})

test('a change of the record leaves the state, and a change of the state the record', async () => {
  const { session } = await newChat()
  await session.update({ name: 'Support', metadata: { a: 1 } })
  await session.resourceState('mcp').update(() => ({ b: 2 }))
  await session.update({ metadata: { a: 2 } })
  expect(await kept(session)).toEqual({ b: 2 })
  expect(await session.refresh()).toMatchObject({ name: 'Support', metadata: { a: 2 } })
})

test('a change that throws writes nothing', async () => {
  const { session } = await newChat()
  const { version } = await session.refresh()
  const update = session.resourceState('mcp').update(() => {
    throw new Error('no')
  })
  await expect(update).rejects.toThrow('no')
  expect((await session.refresh()).version).toBe(version)
})

test('a state over the limit, and one that is no JSON, are refused and name the resource', async () => {
  const { session } = await newChat({ limits: { bytesPerField: 100 } })
  const state = session.resourceState('mcp')
  expect(await errorOf(state.update(() => ({ text: 'x'.repeat(200) })))).toMatchObject({
    code: 'TOO_LARGE',
    details: { field: 'mcp', maxBytes: 100 },
  })
  expect(await codeOf(state.update(() => ({ bad: Number.NaN })))).toBe('INVALID_ARGUMENT')
  expect(await kept(session)).toEqual({})
})

test('a closed session takes no change of a state; a paused one does', async () => {
  const { session } = await newChat()
  await session.pause()
  await session.resourceState('mcp').update(() => ({ a: 1 }))
  await session.close()
  expect(await codeOf(session.resourceState('mcp').update(() => ({ a: 2 })))).toBe('SESSION_CLOSED')
  expect(await kept(session)).toEqual({ a: 1 })
})

test('an export leaves the states of resources out: they name programs and secrets of this system', async () => {
  const { session } = await newChat()
  await session.resourceState('mcp').update(() => ({ command: 'planted-marker' }))
  let text = ''
  for await (const chunk of session.export()) text += Buffer.from(chunk).toString()
  expect(text).not.toContain('planted-marker')
})

test('a report of a resource is an event and an audit record, with the place and nothing more', async () => {
  const records: AuditEvent[] = []
  const audit = { record: async (event: AuditEvent) => void records.push(event) }
  const { session, manager } = await newChat({ audit })
  const told: unknown[] = []
  manager.on('mcp-tool-called', (event) => told.push(event))
  const details = { server: 'files', tool: 'read', durationMs: 3 }

  await session.report({ type: 'mcp-tool-called', outcome: 'failed', details })

  const place = { owner: ada, sessionId: session.id }
  expect(told).toEqual([{ ...place, outcome: 'failed', details }])
  expect(records.at(-1)).toEqual({
    ...{ ...place, actor: null, chatId: null },
    ...{ type: 'mcp-tool-called', outcome: 'failed', at: expect.any(Number), details },
  })
})

test('the workspace path is that of the first resource that has one', async () => {
  const plain: SessionResource = {
    name: 'plain',
    provision: async () => {},
    release: async () => {},
    destroy: async () => {},
  }
  const folder = { ...plain, name: 'folder', pathOf: ({ id }: { readonly id: string }) => `/w/${id}` }
  let seen: string | null | undefined
  const manager = new SessionManager({
    store: new MemoryStore(),
    cleanup: false,
    resources: [plain, folder],
    agent: async (turn) => {
      seen = turn.workspacePath
      return 'ok'
    },
  })
  const session = await manager.for(ada).createSession()
  expect(session.workspacePath).toBe(`/w/${session.id}`)
  await session.sendMessage('Hi')
  expect(seen).toBe(`/w/${session.id}`)
  await manager.close()

  expect((await newManager().for(ada).createSession()).workspacePath).toBeNull()
})

test('what is kept is read together with the session as it is now', async () => {
  const [one, other] = twoManagers()
  const session = await one.for(ada).createSession()
  const there = await other.for(ada).getSession(session.id)
  await session.close()
  expect(await there.resourceState('mcp').read()).toMatchObject({ value: {}, session: { status: 'closed' } })
})

test('what merely changed is told and not audited', async () => {
  const records: AuditEvent[] = []
  const { session, manager } = await newChat({ audit: { record: async (event) => void records.push(event) } })
  const told: unknown[] = []
  manager.on('mcp-client-changed', (event) => told.push(event))
  await session.report({ type: 'mcp-client-changed', outcome: 'ok', details: { to: 'ready' } })
  expect(told).toHaveLength(1)
  expect(records.map(({ type }) => type)).not.toContain('mcp-client-changed')
})

test('what a process holds of a session that another one made is released with its manager, and nothing after it', async () => {
  const released: string[] = []
  const resource = (name: string): SessionResource => ({
    name: 'held',
    provision: async () => {},
    release: async () => void released.push(name),
    destroy: async () => {},
  })
  const [one, other] = twoManagers({ resources: [resource('one')] }, { resources: [resource('other')] })
  const session = await one.for(ada).createSession()
  const there = await other.for(ada).getSession(session.id)
  there.hold()
  await other.close()
  expect(released).toEqual(['other'])
  expect(() => there.hold()).toThrow('closed')
})
