import {
  type Chat,
  type CreateSessionInput,
  isSessError,
  type MessageInput,
  type Owner,
  type Session,
  SessionManager,
  type SessionManagerOptions,
  type SessionResource,
  type UserSessions,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { intercepted, unavailable } from './failures.ts'
import { ada, codeAndDetails, failure, newManager } from './one-session.ts'

type Bad = readonly [label: string, value: unknown, place?: string]
type Row = readonly [name: string, field: string, values: readonly Bad[], call: (world: World, value: never) => unknown]

class Point {
  x = 1
}
const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

const half = '\ud800'
const long = 'x'.repeat(10_000)

const badTexts: readonly Bad[] = [
  ['empty text', ''],
  ['10 kB', long],
  ['half a surrogate pair', half],
  ['a number', 5],
  ['an object', {}],
  ['a list', ['a']],
]
const badNames: readonly Bad[] = [...badTexts, ['null', null], ['nothing', undefined]]
const noStrings: readonly Bad[] = [
  ['null', null],
  ['nothing', undefined],
  ['a number', 5],
  ['an object', {}],
  ['a list', ['a']],
  ['a symbol', Symbol('s')],
]
const badDurations: readonly Bad[] = [
  ['zero', 0],
  ['less than zero', -1],
  ['NaN', Number.NaN],
  ['an infinity', Number.POSITIVE_INFINITY],
  ['more than ten thousand years', Number.MAX_SAFE_INTEGER],
  ['text', '1000'],
  ['a BigInt', 5n],
]
const badCounts: readonly Bad[] = [
  ['zero', 0],
  ['less than zero', -1],
  ['a fraction', 1.5],
  ['NaN', Number.NaN],
  ['an infinity', Number.POSITIVE_INFINITY],
  ['text', '5'],
]
const badLimits: readonly Bad[] = [...badCounts, ['too many', 1_001], ['null', null]]
const noObjects: readonly Bad[] = [
  ['null', null],
  ['text', 'text'],
  ['a number', 5],
]
const noPlainObjects: readonly Bad[] = [
  ['text', 'text'],
  ['a number', 5],
  ['a list', [1]],
]
/** What JSON does not keep, and where in `{ a: … }` that is. */
const noJson: readonly Bad[] = [
  ['a function', () => 1, ''],
  ['a symbol', Symbol('s'), ''],
  ['a BigInt', 1n, ''],
  ['NaN', { b: Number.NaN }, '.b'],
  ['an infinity', [Number.POSITIVE_INFINITY], '[0]'],
  ['undefined in a list', [1, undefined], '[1]'],
  ['a hole in a list', [1, ...new Array(1), 2], '[1]'],
  ['a sparse list', new Array(2), '[0]'],
  ['an accessor', Object.defineProperty({}, 'b', { get: () => 1, enumerable: true }), '.b'],
  ['an instance of a class', new Point(), ''],
  ['a Date', new Date(0), ''],
  ['a Map', new Map(), ''],
  ['half a surrogate pair', half, ''],
  ['half a surrogate pair in a key', { [half]: 1 }, ''],
]
const inObject: readonly Bad[] = noJson.map(([label, value, place]) => [label, { a: value }, `.a${place}`])
const badTags: readonly Bad[] = [
  ['text', 'vip', ''],
  ['an object', {}, ''],
  ['65 tags', Array.from({ length: 65 }, (_, index) => `${index}`), ''],
  ['an empty tag', ['a', ''], '[1]'],
  ['a tag of 10 kB', [long], '[0]'],
  ['half a surrogate pair', [half], '[0]'],
  ['a number', ['a', 'b', 5], '[2]'],
  ['a hole', new Array(1), '[0]'],
]
const badRanges: readonly Bad[] = [
  ['a limit of 0', { limit: 0 }, 'limit'],
  ['a limit of 1,001', { limit: 1_001 }, 'limit'],
  ['a limit that is text', { limit: '5' }, 'limit'],
  ['a limit of NaN', { limit: Number.NaN }, 'limit'],
  ['before less than zero', { before: -1 }, 'before'],
  ['after an infinity', { after: Number.POSITIVE_INFINITY }, 'after'],
  ['an offset that is a fraction', { offset: 1.5 }, 'offset'],
  ['an offset of null', { offset: null }, 'offset'],
  ['two places at once', { before: 1, offset: 1 }, 'range'],
]
const badMessages: readonly Bad[] = [
  ['null', null, ''],
  ['nothing', undefined, ''],
  ['a number', 5, ''],
  ['half a surrogate pair', half, '.content'],
  ['an unknown role', { role: 'admin', content: 'a' }, '.role'],
  ['no content', { role: 'user' }, '.content'],
  ['an unknown part', { role: 'user', content: [{ type: 'image' }] }, '.content[0].type'],
  ['a part with a function', { role: 'user', content: [{ type: 'text', text: 'a', x: () => 1 }] }, '.content[0].x'],
  ['an empty id', { id: '', role: 'user', content: 'a' }, '.id'],
  ['metadata that is a list', { role: 'user', content: 'a', metadata: [] }, '.metadata'],
]
const badQuestions: readonly Bad[] = [
  ...badMessages,
  ['an assistant’s', { role: 'assistant', content: 'a' }, '.role'],
  ['a tool’s', { role: 'tool', content: 'a' }, '.role'],
]
const badPrompts: readonly Bad[] = [
  ['a number', 5],
  ['an object', {}],
  ['half a surrogate pair', half],
]
const badQueries: readonly Bad[] = [
  ['null', null],
  ['text', 'active'],
  ['an unknown key', { stauts: 'active' }, '.stauts'],
  ['an unknown state', { status: 'open' }, '.status'],
  ['the state nobody sees', { status: 'pending' }, '.status'],
]
const badListQueries: readonly Bad[] = [
  ...badQueries,
  ['an unknown order', { order: 'name' }, '.order'],
  ['an empty tag', { tag: '' }, '.tag'],
  ['a tag of 10 kB', { tag: long }, '.tag'],
]

const rows: readonly Row[] = [
  ['createSession', 'input', noObjects, ({ sessions }, input) => sessions.createSession(input)],
  [
    'createSession: an option',
    'input.nmae',
    [['with a typing error', { nmae: 'a' }]],
    ({ sessions }, input) => sessions.createSession(input),
  ],
  ['createSession: key', 'key', badTexts, ({ sessions }, key) => sessions.createSession({ key })],
  ['createSession: name', 'name', badTexts, ({ sessions }, name) => sessions.createSession({ name })],
  ['createSession: tags', 'tags', badTags, ({ sessions }, tags) => sessions.createSession({ tags })],
  ...(['metadata', 'preferences', 'promptVariables'] as const).map(
    (field): Row => [
      ...([`createSession: ${field}`, field, [...noPlainObjects, ...inObject]] as const),
      ({ sessions }, value) => sessions.createSession({ [field]: value }),
    ],
  ),
  [
    'createSession: context',
    'context',
    [...noPlainObjects, ...inObject],
    ({ sessions }, context) => sessions.createSession({ context }),
  ],
  [
    'createSession: a key of the context',
    'context',
    badTexts.slice(0, 3),
    ({ sessions }, key) => sessions.createSession({ context: { [key]: 1 } }),
  ],
  [
    'createSession: a cycle in the context',
    `context.a${'.self'.repeat(64)}`,
    [['through itself', cyclic]],
    ({ sessions }, a) => sessions.createSession({ context: { a } }),
  ],
  ['createSession: expiry', 'expiry', noObjects.slice(1), ({ sessions }, expiry) => sessions.createSession({ expiry })],
  [
    'createSession: expiry',
    'expiry.idel',
    [['with a typing error', { idel: 1 }]],
    ({ sessions }, expiry) => sessions.createSession({ expiry }),
  ],
  [
    'createSession: idleMs',
    'expiry.idleMs',
    badDurations,
    ({ sessions }, idleMs) => sessions.createSession({ expiry: { idleMs } }),
  ],
  [
    'createSession: absoluteMs',
    'expiry.absoluteMs',
    badDurations,
    ({ sessions }, absoluteMs) => sessions.createSession({ expiry: { absoluteMs } }),
  ],
  ['createSession: limits', 'limits', noObjects.slice(2), ({ sessions }, limits) => sessions.createSession({ limits })],
  [
    'createSession: chatsPerSession',
    'limits.chatsPerSession',
    badCounts,
    ({ sessions }, chatsPerSession) => sessions.createSession({ limits: { chatsPerSession } }),
  ],
  [
    'createSession: bytesPerMessage',
    'limits.bytesPerMessage',
    [...badCounts, ['null', null]],
    ({ sessions }, bytesPerMessage) => sessions.createSession({ limits: { bytesPerMessage } }),
  ],
  [
    'createSession: a limit of the manager',
    'limits.sessions',
    [['in a session', { sessions: 5 }]],
    ({ sessions }, limits) => sessions.createSession({ limits }),
  ],
  [
    'createSession: overflow',
    'limits.overflow',
    [
      ['unknown', 'drop'],
      ['null', null],
    ],
    ({ sessions }, overflow) => sessions.createSession({ limits: { overflow } }),
  ],
  [
    'createSession: systemPrompt',
    'systemPrompt',
    [...badPrompts, ['null', null]],
    ({ sessions }, systemPrompt) => sessions.createSession({ systemPrompt }),
  ],
  ['openSession', 'key', badNames, ({ sessions }, key) => sessions.openSession(key)],
  ['openSession: name', 'name', badTexts, ({ sessions }, name) => sessions.openSession('k', { name })],
  [
    'openSession: an option',
    'input.nmae',
    [['with a typing error', { nmae: 'a' }]],
    ({ sessions }, input) => sessions.openSession('k', input),
  ],
  ['getSession', 'sessionId', noStrings, ({ sessions }, id) => sessions.getSession(id)],
  ['hasSession', 'sessionId', noStrings, ({ sessions }, id) => sessions.hasSession(id)],
  ['deleteSession', 'sessionId', noStrings, ({ sessions }, id) => sessions.deleteSession(id)],
  ['listSessions', 'query', badListQueries, ({ sessions }, query) => sessions.listSessions(query)],
  [
    'listSessions: an owner',
    'query.orgId',
    [['that is somebody else', { orgId: 'other' }]],
    ({ sessions }, query) => sessions.listSessions(query),
  ],
  [
    'listSessions: limit',
    'limit',
    [...badLimits, ['201', 201]],
    ({ sessions }, limit) => sessions.listSessions({}, { limit }),
  ],
  [
    'countSessions',
    'query',
    [...badQueries, ['a tag', { tag: 'a' }, '.tag']],
    ({ sessions }, query) => sessions.countSessions(query),
  ],
  [
    'importSession',
    'source',
    [...noObjects, ['a list of lines', ['{}']], ['nothing', undefined]],
    ({ sessions }, source) => sessions.importSession(source),
  ],
  [
    'importSession: ids',
    'ids',
    [
      ['unknown', 'same'],
      ['null', null],
    ],
    ({ sessions }, ids) => sessions.importSession(nothing(), { ids }),
  ],
  [
    'importSession: idleMs',
    'expiry.idleMs',
    badDurations,
    ({ sessions }, idleMs) => sessions.importSession(nothing(), { expiry: { idleMs } }),
  ],

  ['manager.getSession', 'sessionId', noStrings, ({ manager }, id) => manager.getSession(id)],
  ['manager.listSessions', 'query', badListQueries, ({ manager }, query) => manager.listSessions(query)],
  ['manager.listSessions: orgId', 'query.orgId', badTexts, ({ manager }, orgId) => manager.listSessions({ orgId })],
  [
    'manager.listSessions: userId',
    'query.userId',
    badTexts,
    ({ manager }, userId) => manager.listSessions({ orgId: 'acme', userId }),
  ],
  ['manager.listSessions: limit', 'limit', badLimits, ({ manager }, limit) => manager.listSessions({}, { limit })],
  [
    'manager.countSessions',
    'query',
    [...badQueries, ['a tag', { tag: 'a' }, '.tag']],
    ({ manager }, query) => manager.countSessions(query),
  ],
  [
    'manager.cleanupInactive',
    'idleMs',
    [...badDurations, ['null', null], ['nothing', undefined]],
    ({ manager }, idleMs) => manager.cleanupInactive(idleMs),
  ],
  [
    'manager.on',
    'listener',
    [...noObjects, ['nothing', undefined]],
    ({ manager }, listener) => manager.on('session-created', listener),
  ],

  ['session.update', 'change', noObjects, ({ session }, change) => session.update(change)],
  ['session.update', 'change.key', [['of the key', { key: 'k' }]], ({ session }, change) => session.update(change)],
  ['session.update: name', 'name', badTexts, ({ session }, name) => session.update({ name })],
  ['session.update: tags', 'tags', badTags, ({ session }, tags) => session.update({ tags })],
  [
    'session.update: metadata',
    'metadata',
    [['null', null], ...noPlainObjects, ...inObject],
    ({ session }, metadata) => session.update({ metadata }),
  ],
  [
    'session.update: preferences',
    'preferences',
    [['null', null], ...noPlainObjects, ...inObject],
    ({ session }, preferences) => session.update({ preferences }),
  ],
  [
    'session.extendTtl',
    'ttlMs',
    [...badDurations, ['null', null], ['nothing', undefined]],
    ({ session }, ttlMs) => session.extendTtl(ttlMs),
  ],
  ['session.createChat', 'input', noObjects, ({ bare }, input) => bare.createChat(input)],
  [
    'session.createChat: an option',
    'input.modle',
    [['with a typing error', { modle: 'a' }]],
    ({ bare }, input) => bare.createChat(input),
  ],
  ['session.createChat: key', 'key', badTexts, ({ bare }, key) => bare.createChat({ key })],
  [
    'session.createChat: maxMessages',
    'maxMessages',
    badCounts,
    ({ bare }, maxMessages) => bare.createChat({ maxMessages }),
  ],
  [
    'session.createChat: overflow',
    'overflow',
    [
      ['unknown', 'drop'],
      ['null', null],
    ],
    ({ bare }, overflow) => bare.createChat({ overflow }),
  ],
  ['session.openChat', 'key', badNames, ({ bare }, key) => bare.openChat(key)],
  ['session.openChat: name', 'name', badTexts, ({ bare }, name) => bare.openChat('k', { name })],
  ['session.getChat', 'chatId', noStrings, ({ session }, id) => session.getChat(id)],
  ['session.switchChat', 'chatId', noStrings, ({ session }, id) => session.switchChat(id)],
  ['session.deleteChat', 'chatId', noStrings, ({ session }, id) => session.deleteChat(id)],
  [
    'session.listChats: limit',
    'limit',
    [...badLimits, ['201', 201]],
    ({ session }, limit) => session.listChats({ limit }),
  ],
  ['session.addMessage', 'message', badMessages, ({ bare }, message) => bare.addMessage(message)],
  ['session.sendMessage', 'message', badQuestions, ({ bare }, message) => bare.sendMessage(message)],
  ['session.streamMessage', 'message', badQuestions, ({ bare }, message) => bare.streamMessage(message).next()],
  ['session.postMessage', 'message', badQuestions, ({ bare }, message) => bare.postMessage(message)],
  ['session.getMessages', '', badRanges, ({ bare }, range) => bare.getMessages(range)],
  [
    'session.setSystemPrompt',
    'systemPrompt',
    [...badPrompts, ['nothing', undefined]],
    ({ session }, text) => session.setSystemPrompt(text),
  ],
  ['session.refreshPrompt', 'variables', inObject, ({ session }, variables) => session.refreshPrompt(variables)],

  ['chat.update', 'change', noObjects, ({ chat }, change) => chat.update(change)],
  ['chat.update', 'change.key', [['of the key', { key: 'k' }]], ({ chat }, change) => chat.update(change)],
  ['chat.update: name', 'name', badTexts, ({ chat }, name) => chat.update({ name })],
  [
    'chat.update: agent',
    'agent',
    [['null', null], ...noPlainObjects, ...inObject],
    ({ chat }, agent) => chat.update({ agent }),
  ],
  ['chat.update: systemPrompt', 'systemPrompt', badPrompts, ({ chat }, systemPrompt) => chat.update({ systemPrompt })],
  [
    'chat.update: metadata',
    'metadata',
    [['null', null], ...noPlainObjects, ...inObject],
    ({ chat }, metadata) => chat.update({ metadata }),
  ],
  ['chat.update: tags', 'tags', badTags, ({ chat }, tags) => chat.update({ tags })],
  ['chat.update: maxMessages', 'maxMessages', badCounts, ({ chat }, maxMessages) => chat.update({ maxMessages })],
  [
    'chat.update: overflow',
    'overflow',
    [
      ['unknown', 'drop'],
      ['null', null],
    ],
    ({ chat }, overflow) => chat.update({ overflow }),
  ],
  ['chat.addMessage', 'message', badMessages, ({ chat }, message) => chat.addMessage(message)],
  [
    'chat.addMessages',
    'messages',
    [...noObjects, ['an object', {}], ['nothing', undefined]],
    ({ chat }, messages) => chat.addMessages(messages),
  ],
  ['chat.addMessages: the second', 'messages[1]', badMessages, ({ chat }, message) => chat.addMessages(['a', message])],
  ['chat.sendMessage', 'message', badQuestions, ({ chat }, message) => chat.sendMessage(message)],
  [
    'chat.sendMessage: whenBusy',
    'whenBusy',
    [
      ['unknown', 'wait'],
      ['a number', 5],
    ],
    ({ chat }, whenBusy) => chat.sendMessage('Hi', { whenBusy }),
  ],
  ['chat.streamMessage', 'message', badQuestions, ({ chat }, message) => chat.streamMessage(message).next()],
  ['chat.postMessage', 'message', badQuestions, ({ chat }, message) => chat.postMessage(message)],
  ['chat.getMessages', '', badRanges, ({ chat }, range) => chat.getMessages(range)],
  [
    'chat.rewind',
    'seq',
    [...badCounts.slice(1), ['null', null], ['nothing', undefined]],
    ({ chat }, seq) => chat.rewind(seq),
  ],

  ['context.get', 'key', badNames, ({ session }, key) => session.context.get(key)],
  ['context.delete', 'key', badNames, ({ session }, key) => session.context.delete(key)],
  ['context.set', 'key', badNames, ({ session }, key) => session.context.set(key, 1)],
  [
    'context.set',
    'value',
    [...noJson, ['nothing', undefined]],
    ({ session }, value) => session.context.set('a', value),
  ],
  [
    'context.setAll',
    'values',
    [['null', null], ...noPlainObjects, ...inObject],
    ({ session }, values) => session.context.setAll(values),
  ],
  [
    'context.setAll: undefined',
    'values.b',
    [['among others', { a: 1, b: undefined }]],
    ({ session }, values) => session.context.setAll(values),
  ],
  [
    'context.setAll: a key',
    'values',
    badTexts.slice(0, 3),
    ({ session }, key) => session.context.setAll({ a: 1, [key]: 1 }),
  ],
]

describe('bad input is INVALID_ARGUMENT that names the field, and nothing is written', () => {
  const cases = rows.flatMap(([name, field, values, call]) =>
    values.map(([label, value, place = '']) => [`${name} of ${label}`, `${field}${place}`, value, call] as const),
  )
  test.each(cases)('bad input: %s', async (_, field, value, call) => {
    const world = await newWorld()
    const before = await everything(world)
    expect(await codeAndDetails(() => call(world, value as never))).toEqual(['INVALID_ARGUMENT', { field }])
    expect(await everything(world)).toEqual(before)
  })
})

const tooLarge: readonly (readonly [string, string, number, (world: World, bytes: number) => unknown])[] = [
  [
    'metadata of a session',
    'metadata',
    65_536,
    ({ sessions }, bytes) => sessions.createSession({ metadata: jsonOf(bytes) }),
  ],
  [
    'preferences of a session',
    'preferences',
    65_536,
    ({ session }, bytes) => session.update({ preferences: jsonOf(bytes) }),
  ],
  [
    'promptVariables',
    'promptVariables',
    65_536,
    ({ sessions }, bytes) => sessions.createSession({ promptVariables: jsonOf(bytes) }),
  ],
  [
    'a system prompt',
    'systemPrompt',
    262_144,
    ({ sessions }, bytes) => sessions.createSession({ systemPrompt: 'x'.repeat(bytes) }),
  ],
  [
    'a system prompt that is set',
    'systemPrompt',
    262_144,
    ({ session }, bytes) => session.setSystemPrompt('x'.repeat(bytes)),
  ],
  ['agent settings', 'agent', 65_536, ({ bare }, bytes) => bare.createChat({ agent: jsonOf(bytes) })],
  ['metadata of a chat', 'metadata', 65_536, ({ chat }, bytes) => chat.update({ metadata: jsonOf(bytes) })],
  [
    'the system prompt of a chat',
    'systemPrompt',
    262_144,
    ({ bare }, bytes) => bare.createChat({ systemPrompt: 'x'.repeat(bytes) }),
  ],
  ['a message of a session', 'message', 1_048_576, ({ bare }, bytes) => bare.addMessage('x'.repeat(bytes))],
  ['a question', 'message', 1_048_576, ({ bare }, bytes) => bare.sendMessage('x'.repeat(bytes))],
  ['a message among others', 'messages[1]', 1_048_576, ({ chat }, bytes) => chat.addMessages(['a', 'x'.repeat(bytes)])],
]
test.each(tooLarge)(
  'bad input: %s may be as large as is allowed, and not a byte more',
  async (_, field, maxBytes, call) => {
    const world = await newWorld()
    const before = await everything(world)
    const { code, details } = await failure(() => call(world, maxBytes + 1))
    expect([code, details]).toEqual(['TOO_LARGE', { field, bytes: maxBytes + 1, maxBytes }])
    expect(await everything(world)).toEqual(before)
    await call(world, maxBytes)
    expect(await everything(world)).not.toEqual(before)
  },
)

test.each([
  ['text', 'nonsense'],
  ['nothing', ''],
  ['a number', 5],
  ['null', null],
  ['10 kB', long],
  ['half a surrogate pair', half],
])('bad input: as a cursor, %s is CURSOR_INVALID', async (_, value) => {
  const { manager, sessions, session } = await newWorld()
  const cursor = value as string
  for (const call of [
    () => manager.listSessions({}, { cursor }),
    () => sessions.listSessions({}, { cursor }),
    () => session.listChats({ cursor }),
  ])
    expect(await codeAndDetails(call)).toEqual(['CURSOR_INVALID', { field: 'cursor' }])
})

test('bad input: the cursor of one list is none of another', async () => {
  const { manager, sessions } = await newWorld()
  const { nextCursor } = await sessions.listSessions({}, { limit: 1 })
  expect(nextCursor).not.toBe(null)
  for (const call of [
    () => sessions.listSessions({ status: 'active' }, { cursor: nextCursor ?? '' }),
    () => sessions.listSessions({ order: 'active' }, { cursor: nextCursor ?? '' }),
    () => manager.for({ orgId: 'acme', userId: 'bob' }).listSessions({}, { cursor: nextCursor ?? '' }),
    () => manager.listSessions({}, { cursor: nextCursor ?? '' }),
  ])
    expect((await failure(call)).code).toBe('CURSOR_INVALID')
})

test('bad input: a send that cannot be answered makes no chat', async () => {
  const world = await newWorld()
  const before = await everything(world)
  const whenBusy = 'wait' as 'queue'
  for (const call of [
    () => world.bare.sendMessage('Hi', { whenBusy }),
    () => world.bare.streamMessage('Hi', { whenBusy }).next(),
    () => world.bare.postMessage('Hi', { whenBusy }),
  ])
    expect(await codeAndDetails(call)).toEqual(['INVALID_ARGUMENT', { field: 'whenBusy' }])
  expect(await everything(world)).toEqual(before)

  const mute = await newManager().for(ada).createSession()
  expect((await failure(() => mute.sendMessage('Hi'))).code).toBe('AGENT_MISSING')
  expect((await mute.refresh()).chatCount).toBe(0)
})

const badOptions: readonly (readonly [string, unknown, string])[] = [
  ['null', null, 'options'],
  ['text', 'memory', 'options'],
  ['a typing error', { sotre: 1 }, 'options.sotre'],
  ['a typing error beside the right name', { store: new MemoryStore(), clenup: false }, 'options.clenup'],
  ['no store', {}, 'options.store'],
  ['a store that is null', { store: null }, 'options.store'],
  ['a store that is none', { store: new Map() }, 'options.store'],
  ...(
    [
      ['auditFailure', 'warning', 'auditFailure'],
      ['auditFailure', 'Fail', 'auditFailure'],
      ['auditFailure', null, 'auditFailure'],
      ['promptFailure', 'ignore', 'promptFailure'],
      ['promptFailure', 'Last', 'promptFailure'],
      ['promptFailure', 5, 'promptFailure'],
      ['defaultOrgId', '', 'defaultOrgId'],
      ['defaultOrgId', long, 'defaultOrgId'],
      ['defaultOrgId', null, 'defaultOrgId'],
      ['defaultOrgId', half, 'defaultOrgId'],
      ['limits', 5, 'limits'],
      ['limits', { sesions: 5 }, 'limits.sesions'],
      ['limits', { sessions: 0 }, 'limits.sessions'],
      ['limits', { sessionsPerUser: '5' }, 'limits.sessionsPerUser'],
      ['limits', { sessionsPerOrg: 1.5 }, 'limits.sessionsPerOrg'],
      ['limits', { bytesPerMessage: null }, 'limits.bytesPerMessage'],
      ['limits', { overflow: 'oldest' }, 'limits.overflow'],
      ['expiry', 'never', 'expiry'],
      ['expiry', { idleMs: 0 }, 'expiry.idleMs'],
      ['expiry', { idleMs: Number.POSITIVE_INFINITY }, 'expiry.idleMs'],
      ['expiry', { absoluteMs: -1 }, 'expiry.absoluteMs'],
      ['expiry', { idle: 5 }, 'expiry.idle'],
      ['cleanup', null, 'cleanup'],
      ['cleanup', true, 'cleanup'],
      ['cleanup', { interval: 5 }, 'cleanup.interval'],
      ['cleanup', { intervalMs: 0 }, 'cleanup.intervalMs'],
      ['cleanup', { intervalMs: Number.NaN }, 'cleanup.intervalMs'],
      ['cleanup', { batchSize: 0 }, 'cleanup.batchSize'],
      ['cleanup', { batchSize: 1_001 }, 'cleanup.batchSize'],
      ['watch', 5, 'watch'],
      ['watch', { interval: 5 }, 'watch.interval'],
      ['watch', { intervalMs: 0 }, 'watch.intervalMs'],
      ['turns', 5, 'turns'],
      ['turns', { whenBussy: 'queue' }, 'turns.whenBussy'],
      ['turns', { whenBusy: 'wait' }, 'turns.whenBusy'],
      ['turns', { leaseMs: 0 }, 'turns.leaseMs'],
      ['turns', { renewMs: -5 }, 'turns.renewMs'],
      ['turns', { leaseMs: 100, renewMs: 51 }, 'turns.renewMs'],
      ['turns', { maxQueued: -1 }, 'turns.maxQueued'],
      ['turns', { queueTimeoutMs: '5' }, 'turns.queueTimeoutMs'],
      ['turns', { historyMessages: 0 }, 'turns.historyMessages'],
      ['turns', { historyMessages: 1_001 }, 'turns.historyMessages'],
    ] as const
  ).map(
    ([name, value, field]) =>
      [`${name}: ${JSON.stringify(value).slice(0, 50)}`, { store: new MemoryStore(), [name]: value }, field] as const,
  ),
]
test.each(badOptions)('bad input: a manager with %s is refused', async (_, options, field) => {
  const { code, details } = await failure(() => new SessionManager(options as SessionManagerOptions))
  expect([code, details]).toEqual(['INVALID_ARGUMENT', { field }])
})

const hostile = [
  '__proto__',
  'constructor',
  'toString',
  '../x',
  '/etc/passwd',
  '*',
  '?',
  '[a]',
  '{x}',
  '😀',
  'a\nb',
  '\r\n',
  '\u0000',
  ' ',
  ':',
  '%',
  '_',
  "'; --",
  '$where',
  'ﬁ',
  'é',
  'e\u0301',
]

test.each(hostile.map((name) => [name]))(
  'hostile names: %j is data wherever a caller may choose a name',
  async (name) => {
    const manager = newManager()
    const owner: Owner = { orgId: name, userId: name }
    const sessions = manager.for(owner)
    const session = await sessions.createSession({
      key: name,
      name,
      tags: [name],
      context: Object.fromEntries([[name, name]]),
      metadata: Object.fromEntries([[name, 1]]),
    })
    const chat = await session.createChat({ key: name, name, tags: [name] })
    await chat.addMessage({ id: name, role: 'user', content: name, name })

    expect((await sessions.openSession(name)).id).toBe(session.id)
    expect((await session.openChat(name)).id).toBe(chat.id)
    expect((await sessions.listSessions({ tag: name })).items.map(({ id }) => id)).toEqual([session.id])
    expect(await session.context.entries()).toEqual([[name, name]])
    expect(await chat.addMessage({ id: name, role: 'user', content: name, name })).toMatchObject({ id: name, seq: 1 })
    expect(Object.entries((await session.refresh()).metadata)).toEqual([[name, 1]])
    expect(await session.context.delete(name)).toBe(true)
  },
)

test('hostile names: each is one name of its own', async () => {
  const manager = newManager()
  const session = await manager.for(ada).createSession()
  const chat = await session.createChat()
  for (const name of hostile) {
    await manager.for(ada).createSession({ key: name, tags: [name] })
    await session.createChat({ key: name })
    await session.context.set(name, name)
    await chat.addMessage({ id: name, role: 'user', content: name })
  }
  for (const name of hostile) {
    expect(await session.context.get(name)).toBe(name)
    const { items } = await manager.for(ada).listSessions({ tag: name })
    expect(items.map(({ record }) => record.key)).toEqual([name])
    expect((await session.openChat(name)).record.key).toBe(name)
  }
  expect((await chat.getMessages()).map(({ id }) => id)).toEqual(hostile)
  expect((await session.context.entries()).map(([key]) => key)).toEqual([...hostile].sort())
})

test.each([...hostile, '', long, half].map((id) => [id.slice(0, 20), id]))(
  'hostile names: as an id, %j is simply not found',
  async (_, id) => {
    const world = await newWorld()
    const before = await everything(world)
    const { manager, sessions, session } = world
    for (const call of [() => manager.getSession(id), () => sessions.getSession(id)])
      expect(await codeAndDetails(call)).toEqual(['SESSION_NOT_FOUND', { sessionId: id.slice(0, 64) }])
    for (const call of [() => session.getChat(id), () => session.switchChat(id)])
      expect(await codeAndDetails(call)).toEqual(['CHAT_NOT_FOUND', { chatId: id.slice(0, 64) }])
    expect(await sessions.hasSession(id)).toBe(false)
    expect(await sessions.deleteSession(id)).toBe(false)
    expect(await session.deleteChat(id)).toBe(false)
    expect(await everything(world)).toEqual(before)
  },
)

const made: CreateSessionInput = { key: 'k', tags: ['t'], context: { a: 1 }, systemPrompt: 'Be kind.' }

test.each([false, true])(
  'create: a store that throws at any call leaves nothing behind (call landed: %s)',
  async (landed) => {
    for (let failing = 1; ; failing++) {
      let calls = 0
      const held = new Set<string>()
      const folder: SessionResource = {
        name: 'folder',
        provision: async ({ id }) => void held.add(id),
        release: async () => {},
        destroy: async ({ id }) => void held.delete(id),
      }
      const store = intercepted(new MemoryStore(), async (method, call) => {
        // Whether a lost answer of the first step was a yes, the sweep finds out.
        if (++calls !== failing || (landed && method === 'createSession')) return await call()
        if (landed) await call()
        throw unavailable(landed ? 'unknown' : 'not-written')
      })
      const manager = newManager({ store, resources: [folder], limits: { sessionsPerUser: 1 } })
      const sessions = manager.for(ada)
      const error = await sessions.createSession(made).then(
        () => null,
        (cause: unknown) => cause,
      )
      const reached = calls >= failing
      if (error === null && !reached) break
      if (error !== null) {
        expect(isSessError(error, 'STORE_UNAVAILABLE')).toBe(true)
        expect(held.size).toBe(0)
        expect(await sessions.countSessions()).toBe(0)
        expect((await sessions.listSessions()).items).toEqual([])
        expect((await manager.stats()).totalSessions).toBe(0)
        // Neither its key nor its place under the limit is taken.
        await sessions.createSession(made)
      }
      expect(held.size).toBe(1)
      expect(await sessions.countSessions()).toBe(1)
    }
  },
)

interface World {
  readonly manager: SessionManager
  readonly sessions: UserSessions
  /** Has a chat with two messages and a context. */
  readonly session: Session
  readonly chat: Chat
  /** Has no chat. */
  readonly bare: Session
}

async function newWorld(): Promise<World> {
  let now = 1_000
  const manager = newManager({ store: new MemoryStore({ clock: () => now }), agent: async () => 'ok' })
  const sessions = manager.for(ada)
  const session = await sessions.createSession({ key: 'first', context: { kept: true } })
  const chat = await session.createChat({ key: 'first' })
  await chat.addMessages(['a', 'b'] satisfies MessageInput[])
  const bare = await sessions.createSession()
  now = 2_000
  return { manager, sessions, session, chat, bare }
}

/** All that a store shows of what it holds, activity included. */
async function everything({ manager }: World): Promise<unknown> {
  const { items } = await manager.listSessions()
  const sessions: unknown[] = []
  for (const session of items) {
    const chats: unknown[] = []
    for (const chat of (await session.listChats()).items) chats.push([chat.record, await chat.getMessages()])
    sessions.push([session.record, await session.context.entries(), chats])
  }
  return [await manager.stats(), sessions]
}

async function* nothing(): AsyncGenerator<string> {}

/** A JSON object of so many bytes. */
function jsonOf(bytes: number): { readonly a: string } {
  return { a: 'x'.repeat(bytes - 8) }
}
