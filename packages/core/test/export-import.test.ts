import {
  type Chat,
  type ImportOptions,
  type JsonObject,
  type Message,
  type MessageInput,
  newId,
  newSessionId,
  type Owner,
  type Session,
  type SessionManager,
  type UserSessions,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { intercepted } from './failures.ts'
import { ada, collected, failure, inPieces, newManager, watched } from './one-session.ts'
import { never, newGate, soon, until } from './waiting.ts'

const bob: Owner = { orgId: 'acme', userId: 'bob' }

/** A session in which everything is used that an export keeps. */
async function richSession(manager: SessionManager, owner = ada): Promise<Session> {
  const session = await manager.for(owner).createSession({
    key: 'ticket-1',
    name: 'Größe 😀\u2028',
    tags: ['vip', '__proto__'],
    metadata: odd({ n: 1 }),
    preferences: { theme: 'dark', nothing: null },
    promptVariables: { name: 'Ada' },
    context: { b: [1, { c: null }], ...odd('value') },
    limits: { contextKeys: 10, overflow: 'reject' },
    expiry: { idleMs: 5_000_000, absoluteMs: null },
    systemPrompt: 'Be kind.\n“Always”',
  })
  const general = await session.createChat({ name: 'General', key: 'general', agent: odd('large'), tags: ['t'] })
  await general.addMessages([
    { id: 'first', role: 'user', content: 'Hello\n"world" \\ \u2028 😀', metadata: odd([1]), createdAt: 5 },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm', metadata: { signature: 'x' } },
        { type: 'tool-call', callId: 'c', name: 'search', input: odd(1) },
      ],
      usage: { inputTokens: 3, outputTokens: 0, metadata: { cached: true } },
    },
    { role: 'tool', content: [{ type: 'tool-result', callId: 'c', output: { ok: true }, isError: false }] },
    { id: '__proto__', role: 'assistant', content: 'Done', name: 'critic' },
  ])
  const empty = await session.createChat({
    systemPrompt: 'Review.',
    metadata: { m: 1 },
    maxMessages: 7,
    overflow: 'trim-oldest',
  })
  const active = await session.createChat({ name: 'Active' })
  await active.sendMessage({ id: 'q', role: 'user', content: 'Hi' })
  await active.sendMessage('fail').catch(() => {})
  await session.switchChat(active.id)
  expect(empty.record.messageCount).toBe(0)
  return session
}

const agentOptions = {
  agent: async function* (turn: { readonly message: Message }) {
    yield { type: 'usage', usage: { totalTokens: 4 } } as const
    yield 'Half an '
    if (turn.message.content === 'fail') throw new Error('overloaded')
    yield 'answer'
  },
}

/** What an export holds, without what is given anew: the ids of sessions and chats. */
async function richFile(): Promise<Buffer> {
  return await exported(await richSession(newManager(agentOptions)))
}

async function exported(session: Session): Promise<Buffer> {
  return await collected(session.export())
}

function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString().split('\n').slice(0, -1)
}

function parsed(bytes: Uint8Array): JsonObject[] {
  return linesOf(bytes).map((line) => JSON.parse(line))
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** The lines with an end that is right for them, as somebody who knows the format would write them. */
async function sealed(lines: readonly (JsonObject | string)[]): Promise<Buffer> {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  const kinds = texts.map((text) => text.slice(0, 30))
  // A file under one block: one step of the chain.
  const text = texts.map((line) => `${line}\n`).join('')
  expect(text.length).toBeLessThan(65_536)
  const bytes = Buffer.concat([new Uint8Array(32), Buffer.from(text)])
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
  const chats = kinds.filter((kind) => kind.startsWith('{"type":"chat"')).length
  const messages = kinds.filter((kind) => kind.startsWith('{"type":"message"')).length
  return joined([...texts, JSON.stringify({ type: 'end', chats, messages, digest })])
}

async function importFrom(sessions: UserSessions, bytes: Uint8Array, options?: ImportOptions): Promise<Session> {
  return await sessions.importSession(inPieces(bytes), options)
}

/** Nothing was kept: not seen, not counted, and neither the key nor the place under the limits is taken. */
async function expectNothing(manager: SessionManager, owner = ada): Promise<void> {
  const sessions = manager.for(owner)
  expect(await sessions.countSessions()).toBe(0)
  expect((await sessions.listSessions()).items).toEqual([])
  expect(await manager.stats()).toMatchObject({ totalSessions: 0, users: 0, chats: 0, messages: 0 })
  expect((await manager.health()).store.details).toMatchObject({ sessions: 0 })
}

async function expectInvalid(bytes: Uint8Array, line?: number): Promise<void> {
  const manager = newManager({ limits: { sessionsPerUser: 1 } })
  const error = await failure(() => importFrom(manager.for(ada), bytes))
  expect(error.code).toBe('IMPORT_INVALID')
  if (line === undefined) expect(error.details).toEqual({ line: expect.any(Number) })
  else expect(error.details).toEqual({ line })
  await expectNothing(manager)
  // The key and the one place are free.
  await manager.for(ada).createSession({ key: 'ticket-1' })
}

describe('round trip', () => {
  test('export: the same session gives the same bytes again', async () => {
    const session = await richSession(newManager(agentOptions))
    expect(await exported(session)).toEqual(await exported(session))
  })

  test('import: with the ids kept, a fresh store exports the same bytes', async () => {
    const bytes = await richFile()
    const session = await importFrom(newManager().for(ada), bytes, { ids: 'keep' })
    expect((await exported(session)).toString()).toBe(bytes.toString())
  })

  test('import: what was imported can be exported and imported again', async () => {
    const first = await importFrom(newManager().for(ada), await richFile())
    const second = await importFrom(newManager().for(ada), await exported(first), { ids: 'keep' })
    expect(await exported(second)).toEqual(await exported(first))
  })

  test('import: new ids by default, and all else as it was', async () => {
    const manager = newManager(agentOptions)
    const original = await richSession(manager)
    const bytes = await exported(original)
    const copy = await importFrom(manager.for(bob), bytes)
    expect(copy.id).not.toBe(original.id)
    expect(copy.record.owner).toEqual(bob)
    const ids = (line: JsonObject): object => ({ ...line, id: null, activeChatId: null })
    const same = (line: JsonObject): object => ({
      ...line,
      ...(line.type === 'session' ? { session: ids(line.session as JsonObject) } : {}),
      ...(line.type === 'chat' ? { chat: ids(line.chat as JsonObject) } : {}),
      digest: null,
    })
    const again = parsed(await exported(copy))
    expect(again.map(same)).toEqual(parsed(bytes).map(same))
    const chats = again.filter(({ type }) => type === 'chat').map(({ chat }) => chat as JsonObject)
    expect(chats.map(({ id }) => id)).not.toContain(original.record.activeChatId)
    expect(copy.record.activeChatId).toBe(chats.find(({ name }) => name === 'Active')?.id)
    expect(await exported(original)).toEqual(bytes)
  })

  test('import: messages, usage, turns, interruptions and odd keys survive', async () => {
    const manager = newManager(agentOptions)
    const original = await richSession(manager)
    const copy = await importFrom(newManager().for(ada), await exported(original))
    const contents = async (session: Session) => {
      const chats = (await session.listChats()).items
      return await Promise.all(chats.map((chat) => chat.getMessages()))
    }
    const messages = await contents(copy)
    expect(messages).toEqual(await contents(original))
    expect(messages[2]?.map(({ interrupted }) => interrupted)).toEqual([undefined, undefined, undefined, true])
    expect(messages[2]?.[1]).toMatchObject({ turnId: expect.any(String), usage: { totalTokens: 4 } })
    expect(Object.keys(messages[0]?.[0]?.metadata ?? {})).toEqual(['__proto__', 'constructor'])
    expect(Object.keys(copy.record.metadata)).toEqual(['__proto__', 'constructor'])
    expect(await copy.context.get('__proto__')).toBe('value')
    expect(copy.systemPrompt).toBe('Be kind.\n“Always”')
  })

  test('import: a session is whole: it can be talked to, and its ids are known', async () => {
    const manager = newManager(agentOptions)
    const copy = await importFrom(manager.for(ada), await richFile())
    expect((await copy.sendMessage('More')).text).toBe('Half an answer')
    const [chat] = (await copy.listChats()).items
    expect((await failure(() => chat?.addMessage({ id: 'first', role: 'user', content: 'other' }))).code).toBe(
      'MESSAGE_CONFLICT',
    )
    expect((await manager.for(ada).openSession('ticket-1')).id).toBe(copy.id)
    expect((await copy.openChat('general')).id).toBe(chat?.id)
  })

  test('import: a session with nothing in it', async () => {
    const session = await newManager().for(ada).createSession()
    const bytes = await exported(session)
    expect(linesOf(bytes)).toHaveLength(2)
    const copy = await importFrom(newManager().for(ada), bytes, { ids: 'keep' })
    expect(copy.record).toMatchObject({ id: session.id, chatCount: 0, activeChatId: null, key: null })
  })

  test.each(['paused', 'archived', 'closed'] as const)('import: a session that was %s still is', async (status) => {
    const manager = newManager(agentOptions)
    const session = await richSession(manager)
    if (status === 'archived') await session.pause()
    await { paused: () => session.pause(), archived: () => session.archive(), closed: () => session.close() }[status]()
    const bytes = await exported(session)
    const copy = await importFrom(newManager().for(ada), bytes, { ids: 'keep' })
    expect(copy.record.status).toBe(status)
    expect(await exported(copy)).toEqual(bytes)
    if (status === 'archived') expect((await copy.restore()).status).toBe('paused')
  })

  test('import: a chat that was trimmed begins where it began', async () => {
    const session = await newManager().for(ada).createSession()
    const chat = await session.createChat({ maxMessages: 5 })
    for (const text of texts(12)) await chat.addMessage(text)
    const bytes = await exported(session)
    const copy = await importFrom(newManager().for(ada), bytes, { ids: 'keep' })
    const imported = await copy.activeChat()
    expect(imported.record).toMatchObject({ firstSeq: 8, lastSeq: 12, messageCount: 5, maxMessages: 5 })
    expect(await exported(copy)).toEqual(bytes)
    expect((await imported.addMessage('more')).seq).toBe(13)
  })

  test.each(['trim-oldest', 'reject'] as const)(
    'import: a chat above its lowered limit keeps all it has (%s)',
    async (overflow) => {
      const session = await newManager().for(ada).createSession()
      const chat = await session.createChat({ overflow })
      await chat.addMessages(texts(250).slice(0, 200))
      await chat.addMessages(texts(50))
      await chat.update({ maxMessages: 10 })
      const other = await session.createChat({ maxMessages: 3 })
      await other.addMessages(texts(2))
      const bytes = await exported(session)
      const copy = await importFrom(newManager().for(ada), bytes, { ids: 'keep' })
      expect((await copy.getChat(chat.id)).record).toMatchObject({ messageCount: 250, maxMessages: 10, overflow })
      expect(await exported(copy)).toEqual(bytes)
    },
  )

  test('import: 20,000 messages pass in batches, and are never held all at once', async () => {
    const count = 20_000
    const manager = newManager()
    const session = await manager.for(ada).createSession()
    const chat = await session.createChat()
    for (let start = 0; start < count; start += 200) await chat.addMessages(texts(200, start))
    let largest = 0
    const store = watched(new MemoryStore(), (method, [, messages]) => {
      if (method === 'appendMessages') largest = Math.max(largest, (messages as readonly Message[]).length)
    })
    let written = 0
    let ahead = 0
    const counted = watched(store, (method, [, messages]) => {
      if (method === 'appendMessages') written += (messages as readonly Message[]).length
    })
    async function* source(): AsyncGenerator<Uint8Array> {
      let lines = 0
      for await (const line of session.export()) {
        yield line
        ahead = Math.max(ahead, lines++ - written)
      }
    }
    const copy = await newManager({ store: counted }).for(ada).importSession(source(), { ids: 'keep' })
    expect(largest).toBe(200)
    expect(ahead).toBeLessThanOrEqual(203)
    expect((await copy.activeChat()).record.messageCount).toBe(count)
    // Compared at once: item by item takes longer than all the rest.
    expect((await exported(copy)).equals(await exported(session))).toBe(true)
  })

  test('import: large messages are written before there are 200 of them', async () => {
    const session = await newManager().for(ada).createSession()
    const chat = await session.createChat()
    for (let index = 0; index < 12; index++) await chat.addMessage('x'.repeat(300_000))
    const bytes = await exported(session)
    const sizes: number[] = []
    const store = watched(new MemoryStore(), (method, [, messages]) => {
      if (method === 'appendMessages') sizes.push((messages as readonly Message[]).length)
    })
    await importFrom(newManager({ store }).for(ada), bytes)
    expect(sizes).toEqual([4, 4, 4])
  })
})

describe('pieces', () => {
  test.each([1, 2, 3, 7, 64, 1_000])('import: pieces of %i bytes, also where they cut a character', async (length) => {
    const bytes = await richFile()
    const copy = await newManager().for(ada).importSession(inPieces(bytes, length), { ids: 'keep' })
    expect(await exported(copy)).toEqual(bytes)
  })

  test('import: text instead of bytes, and no line end after the last line', async () => {
    const bytes = await richFile()
    async function* text(): AsyncGenerator<string> {
      for (const line of linesOf(bytes)
        .join('\n')
        .split(/(?<=,)/))
        yield line
    }
    const copy = await newManager().for(ada).importSession(text(), { ids: 'keep' })
    expect(await exported(copy)).toEqual(bytes)
  })

  test('import: empty pieces are no lines', async () => {
    const bytes = await richFile()
    async function* source(): AsyncGenerator<Uint8Array | string> {
      for await (const piece of inPieces(bytes, 100)) {
        yield new Uint8Array(0)
        yield piece
        yield new Uint8Array(0)
      }
    }
    expect((await newManager().for(ada).importSession(source())).record.name).toBe('Größe 😀\u2028')
  })
})

describe('damage', () => {
  test('import: cut off at any line, a file is IMPORT_INVALID and nothing is left', async () => {
    const lines = linesOf(await richFile())
    for (let kept = 0; kept < lines.length; kept++) await expectInvalid(joined(lines.slice(0, kept)), kept + 1)
  })

  test('import: cut off in the middle of any line', async () => {
    const lines = linesOf(await richFile())
    for (const [index, line] of lines.entries()) {
      const cut = [...lines.slice(0, index), line.slice(0, line.length / 2)].join('\n')
      await expectInvalid(Buffer.from(cut), index + 1)
    }
  })

  test('import: a byte that flipped, wherever it is', async () => {
    const bytes = await richFile()
    const step = Math.max(1, Math.floor(bytes.length / 150))
    for (let index = 0; index < bytes.length; index += step) {
      for (const bit of [0x01, 0x20]) {
        const flipped = Buffer.from(bytes)
        flipped[index] = (flipped[index] ?? 0) ^ bit
        await expectInvalid(flipped)
      }
    }
  })

  test('import: two lines in the other order', async () => {
    const lines = linesOf(await richFile())
    for (let index = 0; index + 1 < lines.length; index++) {
      const swapped = [...lines]
      swapped.splice(index, 2, lines[index + 1] ?? '', lines[index] ?? '')
      await expectInvalid(joined(swapped))
    }
  })

  test('import: a line that is missing', async () => {
    const lines = linesOf(await richFile())
    for (let index = 0; index < lines.length; index++) await expectInvalid(joined(lines.toSpliced(index, 1)))
  })

  test('import: a line that is there twice', async () => {
    const lines = linesOf(await richFile())
    for (const [index, line] of lines.entries()) await expectInvalid(joined(lines.toSpliced(index, 0, line)))
  })

  test('import: a line after the end is refused, whatever it says', async () => {
    const lines = linesOf(await richFile())
    for (const more of ['{}', 'x', ' ', lines[1] ?? '', lines.at(-1) ?? ''])
      await expectInvalid(joined([...lines, more]), lines.length + 1)
    await expectInvalid(joined([...lines, '', '']), lines.length + 1)
    // One that could stand there, were it not for the end.
    const last = JSON.parse(lines.at(-2) ?? '').message
    const next = JSON.stringify({ type: 'message', message: { ...last, id: 'next', seq: last.seq + 1 } })
    await expectInvalid(joined([...lines, next]), lines.length + 1)
  })

  test.each<readonly [string, Uint8Array]>([
    ['nothing', Buffer.from('')],
    ['an empty line', Buffer.from('\n')],
    ['text', Buffer.from('Hello\n')],
    ['a list', Buffer.from('[1]\n')],
    ['null', Buffer.from('null\n')],
    ['a number', Buffer.from('5\n')],
    ['an object of somebody else', Buffer.from('{"type":"conversation","messages":[]}\n')],
    ['a session of somebody else', Buffer.from('{"type":"session","format":"other","version":1}\n')],
    ['an end without a session', Buffer.from('{"type":"end","chats":0,"messages":0}\n')],
    ['a chat without a session', Buffer.from('{"type":"chat","chat":{}}\n')],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['UTF-16', Buffer.from('\ufeff{"type":"session"}\n', 'utf16le')],
    ['half a character', Buffer.from([0x7b, 0x22, 0xc3])],
    ['Latin-1', Buffer.from('{"type":"é"}\n', 'latin1')],
  ])('import: %s is no export', async (_, bytes) => {
    await expectInvalid(bytes, 1)
  })

  test.each([0, 2, -1, 1.5, '1', null, undefined])('import: a file of version %j is refused', async (version) => {
    const [session = {}, ...rest] = parsed(await richFile()).slice(0, -1)
    await expectInvalid(await sealed([{ ...session, version } as JsonObject, ...rest]), 1)
  })

  test('import: bytes that are no UTF-8 are not taken for the sign that stands for them', async () => {
    const session = await newManager().for(ada).createSession({ name: 'Gr\ufffd\ufffde' })
    const bytes = await exported(session)
    const place = bytes.indexOf('\ufffd')
    await expectInvalid(Buffer.concat([bytes.subarray(0, place), Buffer.from([0xff]), bytes.subarray(place + 3)]), 1)
    expect((await importFrom(newManager().for(ada), bytes)).record.name).toBe('Gr\ufffd\ufffde')
  })

  test('import: a line that never ends is refused before it fills the memory', async () => {
    let pieces = 0
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        pieces++
        yield 'x'.repeat(1_048_576)
      }
    }
    const manager = newManager()
    const { code, details } = await failure(() => manager.for(ada).importSession(endless()))
    expect([code, details]).toEqual(['IMPORT_INVALID', { line: 1 }])
    expect(pieces).toBeLessThanOrEqual(18)
  })

  const forged: readonly (readonly [string, number, (line: JsonObject) => unknown])[] = [
    ['a state that does not exist', 0, edit('session', { status: 'pending' })],
    ['a key that is no name', 0, edit('session', { key: '' })],
    ['metadata over the limit', 0, edit('session', { metadata: { a: 'x'.repeat(20_000) } })],
    ['metadata that is a list', 0, edit('session', { metadata: [] })],
    ['tags that are text', 0, edit('session', { tags: 'vip' })],
    ['a limit that does not exist', 0, edit('session', { limits: { sessions: 5 } })],
    ['an idle time of zero', 0, edit('session', { expiry: { idleMs: 0 } })],
    ['no expiry', 0, edit('session', { expiry: null })],
    ['a prompt that is text', 0, edit('session', { systemPrompt: 'Be evil.' })],
    ['a time of creation that is text', 0, edit('session', { createdAt: '2020' })],
    ['archived from a closed state', 0, edit('session', { archivedFrom: 'closed' })],
    ['a context without a value', 1, (line) => ({ ...line, value: undefined })],
    ['a context whose key is a number', 1, (line) => ({ ...line, key: 5 })],
    ['a chat without a place', 4, edit('chat', { firstSeq: 0 })],
    ['a chat with another beginning', 4, edit('chat', { firstSeq: 2 })],
    ['a chat with settings that are text', 4, edit('chat', { agent: 'large' })],
    ['a chat with an unknown overflow', 4, edit('chat', { overflow: 'drop' })],
    ['a chat without an id', 4, edit('chat', { id: null })],
    ['a message of an unknown role', 5, edit('message', { role: 'admin' })],
    ['a message at another place', 5, edit('message', { seq: 2 })],
    ['a message without a place', 5, edit('message', { seq: undefined })],
    ['a message without an id', 5, edit('message', { id: undefined })],
    ['a message without a time', 5, edit('message', { createdAt: undefined })],
    ['a message that is cut off falsely', 5, edit('message', { interrupted: false })],
    ['a message with the turn of a number', 5, edit('message', { turnId: 5 })],
    ['a message that is too large', 5, edit('message', { content: 'x'.repeat(20_000) })],
    ['a message whose id is there with another content', 6, edit('message', { id: 'first' })],
    ['a message that is none', 5, (line) => ({ ...line, message: 'Hello' })],
    ['a line of an unknown type', 5, (line) => ({ ...line, type: 'note' })],
    ['a context among the messages', 5, () => ({ type: 'context', key: 'late', value: 1 })],
    ['a second session', 5, () => ({ type: 'session', format: 'sess', version: 1 })],
  ]
  test.each(forged)('import: %s is refused though the digest is right', async (_, index, change) => {
    const lines = parsed(await richFile()).slice(0, -1)
    const line = lines[index]
    expect(line).toBeDefined()
    lines[index] = change(line ?? {}) as JsonObject
    const manager = newManager({ limits: { bytesPerMessage: 10_000, bytesPerField: 10_000 } })
    const bytes = await sealed(lines)
    const { code } = await failure(() => importFrom(manager.for(ada), bytes))
    expect(code).toBe('IMPORT_INVALID')
    await expectNothing(manager)
  })

  test('import: a file brings no state of resources in, such as servers to start', async () => {
    const lines = parsed(await richFile()).slice(0, -1)
    const [first = {}] = lines
    const session = { ...(first.session as JsonObject), resources: { mcp: { command: 'evil' } } }
    const imported = await importFrom(newManager().for(ada), await sealed([{ ...first, session }, ...lines.slice(1)]))
    expect((await imported.resourceState('mcp').read()).value).toEqual({})
  })

  test('import: an end that is right but for one figure', async () => {
    const lines = linesOf(await richFile())
    const end = JSON.parse(lines.at(-1) ?? '')
    const changes = [{ chats: 2 }, { chats: '3' }, { messages: 0 }, { messages: null }, { digest: '' }]
    for (const change of [...changes, { digest: undefined }, { digest: end.digest.toUpperCase() }]) {
      const forgedEnd = JSON.stringify({ ...end, ...change })
      await expectInvalid(joined([...lines.slice(0, -1), forgedEnd]), lines.length)
    }
    await importFrom(newManager().for(ada), joined([...lines.slice(0, -1), JSON.stringify(end)]))
  })

  test('import: an active chat that is not in the file leaves the first one active', async () => {
    const lines = parsed(await richFile()).slice(0, -1)
    const change = edit('session', { activeChatId: newId() })
    lines[0] = change(lines[0] ?? {}) as JsonObject
    const copy = await importFrom(newManager().for(ada), await sealed(lines))
    expect((await copy.activeChat()).record.name).toBe('General')
  })
})

describe('limits and owners', () => {
  test('import: a limit on sessions that is full', async () => {
    const bytes = await richFile()
    const manager = newManager({ limits: { sessionsPerUser: 1 } })
    const first = await manager.for(ada).createSession()
    const { code, details } = await failure(() => importFrom(manager.for(ada), bytes))
    expect([code, details]).toEqual(['SESSION_LIMIT_REACHED', { scope: 'user', limit: 1 }])
    await first.delete()
    expect((await importFrom(manager.for(ada), bytes)).record.key).toBe('ticket-1')
    expect((await failure(() => manager.for(ada).createSession())).code).toBe('SESSION_LIMIT_REACHED')
  })

  test.each([
    ['chatsPerSession', 2, 'CHAT_LIMIT_REACHED'],
    ['contextKeys', 1, 'CONTEXT_LIMIT_REACHED'],
    ['contextBytes', 5, 'CONTEXT_LIMIT_REACHED'],
    ['bytesPerMessage', 5, 'IMPORT_INVALID'],
    ['bytesPerField', 20, 'IMPORT_INVALID'],
  ] as const)('import: %s of the importing manager counts', async (name, limit, expected) => {
    const session = await newManager()
      .for(ada)
      .createSession({ context: { a: 'long value', b: 2 }, metadata: { text: 'x'.repeat(30) } })
    for (let count = 0; count < 3; count++) await (await session.createChat()).addMessage('Hello world')
    const manager = newManager({ limits: { [name]: limit } })
    const { code } = await failure(async () => importFrom(manager.for(ada), await exported(session)))
    expect(code).toBe(expected)
    await expectNothing(manager)
  })

  test('import: a key that is taken is SESSION_EXISTS, and the session that has it is unharmed', async () => {
    const manager = newManager(agentOptions)
    const session = await richSession(manager)
    const bytes = await exported(session)
    expect((await failure(() => importFrom(manager.for(ada), bytes))).code).toBe('SESSION_EXISTS')
    expect(await exported(session)).toEqual(bytes)
    expect(await manager.for(ada).countSessions()).toBe(1)
  })

  test.each([1, 5])('import: ids of a session that lives are SESSION_EXISTS, also %i at a time', async (times) => {
    const manager = newManager(agentOptions)
    const session = await manager.for(ada).createSession()
    const chat = await session.createChat()
    const bytes = await exported(session)
    await chat.addMessage('added since')
    const living = await exported(session)
    const outcomes = await Promise.all(
      Array.from(
        { length: times },
        async () => (await failure(() => importFrom(manager.for(ada), bytes, { ids: 'keep' }))).code,
      ),
    )
    expect(outcomes).toEqual(new Array(times).fill('SESSION_EXISTS'))
    expect(await exported(session)).toEqual(living)
    expect((await session.refresh()).status).toBe('active')
  })

  test('import: of five imports at once that keep the ids, one succeeds and is whole', async () => {
    const bytes = await richFile()
    const manager = newManager()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => manager.for(ada).importSession(inPieces(bytes, 50), { ids: 'keep' })),
    )
    const [session, ...others] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(others).toEqual([])
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SESSION_EXISTS' })
    expect(session === undefined ? null : await exported(session)).toEqual(bytes)
    expect(await manager.for(ada).countSessions()).toBe(1)
  })

  test('import: a session that was deleted can come back under its ids', async () => {
    const manager = newManager(agentOptions)
    const session = await richSession(manager)
    const bytes = await exported(session)
    await session.delete()
    expect(await exported(await importFrom(manager.for(ada), bytes, { ids: 'keep' }))).toEqual(bytes)
  })

  test('import: ids that no session of this owner can have', async () => {
    const lines = parsed(await richFile()).slice(0, -1)
    for (const id of [newSessionId(bob), newId().toUpperCase(), '../x', '__proto__']) {
      const manager = newManager()
      const [first, ...rest] = lines
      const bytes = await sealed([edit('session', { id })(first ?? {}) as JsonObject, ...rest])
      expect((await failure(() => importFrom(manager.for(ada), bytes, { ids: 'keep' }))).code).toBe('IMPORT_INVALID')
      await expectNothing(manager)
      expect((await importFrom(manager.for(ada), bytes)).id).not.toBe(id)
    }
  })

  test('import: the expiry of the file, or the one that is asked for', async () => {
    const manager = newManager()
    const session = await manager.for(ada).createSession({ expiry: { idleMs: 1_000_000, absoluteMs: 2_000_000 } })
    const bytes = await exported(session)
    expect((await importFrom(manager.for(bob), bytes)).record.expiry).toEqual({
      idleMs: 1_000_000,
      absoluteMs: 2_000_000,
    })
    const other = await importFrom(manager.for(bob), bytes, { expiry: { absoluteMs: null } })
    expect(other.record.expiry).toEqual({ idleMs: 1_000_000, absoluteMs: null })
  })

  test('import: a session whose absolute end is past needs another expiry', async () => {
    let now = 1_000
    const manager = newManager({ store: new MemoryStore({ clock: () => now }) })
    const session = await manager.for(ada).createSession({ expiry: { idleMs: null, absoluteMs: 500 } })
    await session.addMessage('Hello')
    const bytes = await exported(session)
    now = 10_000
    await manager.sweep()
    const copy = await importFrom(manager.for(ada), bytes, { ids: 'keep', expiry: { absoluteMs: null } })
    expect(copy.record).toMatchObject({ createdAt: 1_000, expiresAt: null })
    expect(await copy.getMessages()).toHaveLength(1)
  })
})

describe('sources that fail', () => {
  test('import: a source that throws leaves nothing, and its error comes through', async () => {
    const bytes = await richFile()
    const lines = linesOf(bytes)
    for (let count = 0; count <= lines.length; count++) {
      const manager = newManager()
      const broken = new Error('the socket broke')
      async function* source(): AsyncGenerator<string> {
        for (const line of lines.slice(0, count)) yield `${line}\n`
        throw broken
      }
      await expect(manager.for(ada).importSession(source())).rejects.toBe(broken)
      await expectNothing(manager)
    }
  })

  test('import: a signal that aborts in the middle leaves nothing', async () => {
    const lines = linesOf(await richFile())
    for (let count = 0; count < lines.length; count++) {
      const manager = newManager()
      const abort = new AbortController()
      async function* source(): AsyncGenerator<string> {
        for (const [index, line] of lines.entries()) {
          if (index === count) abort.abort(new Error('enough'))
          yield `${line}\n`
        }
      }
      await expect(manager.for(ada).importSession(source(), { signal: abort.signal })).rejects.toThrow('enough')
      await expectNothing(manager)
    }
  })

  test('import: a signal ends an import whose source hangs', async () => {
    const lines = linesOf(await richFile())
    const manager = newManager()
    const abort = new AbortController()
    const hanging = newGate()
    async function* source(): AsyncGenerator<string> {
      yield `${lines.slice(0, 5).join('\n')}\n`
      hanging.open()
      await never
    }
    const importing = manager.for(ada).importSession(source(), { signal: abort.signal })
    const failed = expect(importing).rejects.toThrow('enough')
    await soon(hanging.opened)
    abort.abort(new Error('enough'))
    await soon(failed)
    await expectNothing(manager)
  })

  test('import: a source is told when nobody reads on', async () => {
    let closed = 0
    async function* source(): AsyncGenerator<string> {
      try {
        for (;;) yield 'no export\n'
      } finally {
        closed++
      }
    }
    for (const signal of [undefined, new AbortController().signal])
      await failure(() => newManager().for(ada).importSession(source(), { signal }))
    await until(() => closed === 2)
  })

  test('import: nobody sees the session before the last line', async () => {
    const lines = linesOf(await richFile())
    const manager = newManager()
    const events: string[] = []
    manager.on('session-imported', () => events.push('session-imported'))
    manager.on('session-created', () => events.push('session-created'))
    manager.on('message-added', () => events.push('message-added'))
    const sessions = manager.for(ada)
    const id = String((JSON.parse(lines[0] ?? '').session as JsonObject).id)
    async function* source(): AsyncGenerator<string> {
      for (const line of lines) {
        expect(await sessions.hasSession(id)).toBe(false)
        expect((await sessions.listSessions()).items).toEqual([])
        expect((await failure(() => manager.getSession(id))).code).toBe('SESSION_NOT_FOUND')
        expect(events).toEqual([])
        yield `${line}\n`
      }
    }
    await sessions.importSession(source(), { ids: 'keep' })
    expect(await sessions.hasSession(id)).toBe(true)
    expect(events).toEqual(['session-imported'])
  })
})

describe('export while others write', () => {
  test('export: messages that are appended meanwhile are left out, and the file is whole', async () => {
    const { chat, session } = await longChat(450)
    const pieces: Uint8Array[] = []
    for await (const piece of session.export()) {
      pieces.push(piece)
      if (pieces.length % 100 === 3) await chat.addMessage(`meanwhile ${pieces.length}`)
    }
    const copy = await importFrom(newManager().for(ada), Buffer.concat(pieces))
    expect((await copy.activeChat()).record).toMatchObject({ lastSeq: 450, messageCount: 450 })
  })

  test('export: messages that are trimmed before they were read are a VERSION_CONFLICT', async () => {
    const { chat, session } = await longChat(450)
    await chat.update({ maxMessages: 10 })
    let lines = 0
    const { code, details } = await failure(async () => {
      for await (const _ of session.export()) if (++lines === 10) await chat.addMessage('one too many')
    })
    expect([code, details]).toEqual(['VERSION_CONFLICT', { expectedVersion: 201, actualVersion: 442 }])
  })

  test('export: a chat that was trimmed before its turn came begins where it begins then', async () => {
    const { session } = await longChat(5)
    const second = await session.createChat()
    await second.addMessages(texts(20))
    await second.update({ maxMessages: 4 })
    let lines = 0
    const pieces: Uint8Array[] = []
    for await (const piece of session.export()) {
      pieces.push(piece)
      if (++lines === 3) await second.addMessage('trims')
    }
    const copy = await importFrom(newManager().for(ada), Buffer.concat(pieces))
    const [, imported] = (await copy.listChats()).items
    expect(imported?.record).toMatchObject({ firstSeq: 18, lastSeq: 21 })
  })

  test('export: a chat that is rewound meanwhile ends where it ends', async () => {
    const { chat, session } = await longChat(450)
    let lines = 0
    const pieces: Uint8Array[] = []
    for await (const piece of session.export()) {
      pieces.push(piece)
      if (++lines === 10) await chat.rewind(100)
    }
    const copy = await importFrom(newManager().for(ada), Buffer.concat(pieces))
    expect((await copy.activeChat()).record.messageCount).toBe(200)
  })

  test('export: a session that is gone, or expired, cannot be exported', async () => {
    let now = 0
    const manager = newManager({ store: new MemoryStore({ clock: () => now }), expiry: { idleMs: 10 } })
    const session = await manager.for(ada).createSession()
    now = 10
    expect((await failure(() => exported(session))).code).toBe('SESSION_EXPIRED')
    await session.delete()
    expect((await failure(() => exported(session))).code).toBe('SESSION_NOT_FOUND')
  })

  test('export: a signal ends it', async () => {
    const { session } = await longChat(450)
    const abort = new AbortController()
    const reading = async (): Promise<void> => {
      for await (const _ of session.export({ signal: abort.signal })) abort.abort(new Error('enough'))
    }
    await expect(reading()).rejects.toThrow('enough')
  })

  test('export: reading is no activity', async () => {
    let now = 1_000
    const manager = newManager({ store: new MemoryStore({ clock: () => now }) })
    const session = await manager.for(ada).createSession()
    await session.addMessage('Hello')
    now = 2_000
    await exported(session)
    expect((await session.refresh()).lastActiveAt).toBe(1_000)
  })
})

test('import: a store that fails at any call leaves nothing behind', async () => {
  const bytes = await richFile()
  for (let failing = 1; ; failing++) {
    let calls = 0
    const store = intercepted(new MemoryStore(), async (_, call) => {
      if (++calls === failing) throw new Error('the store broke')
      return await call()
    })
    const manager = newManager({ store })
    const error = await importFrom(manager.for(ada), bytes).catch((cause: unknown) => cause)
    if (calls < failing) break
    expect(error).toMatchObject({ message: 'the store broke' })
    calls = failing
    await expectNothing(manager)
  }
})

function odd(value: unknown): JsonObject {
  return JSON.parse(`{"__proto__":${JSON.stringify(value)},"constructor":1}`)
}

function edit(key: string, change: object): (line: JsonObject) => unknown {
  return (line) => ({ ...line, [key]: { ...(line[key] as object), ...change } })
}

function texts(count: number, start = 0): readonly MessageInput[] {
  return Array.from({ length: count }, (_, index) => `message ${start + index}`)
}

async function longChat(count: number): Promise<{ readonly session: Session; readonly chat: Chat }> {
  const session = await newManager().for(ada).createSession()
  const chat = await session.createChat()
  for (let start = 0; start < count; start += 150) await chat.addMessages(texts(Math.min(150, count - start), start))
  return { session, chat }
}
