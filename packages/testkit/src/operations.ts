import {
  type ChatRef,
  type MessagePage,
  type NewMessage,
  newChatId,
  newId,
  newSessionId,
  type Owner,
  type Page,
  type SessionQuotas,
  type SessionRef,
  type SessionStatus,
  type Store,
} from '@sess/core'
import fc from 'fast-check'
import { as, type Call, pick, type Turn, type World } from './world.ts'

/** Something to do, told by small numbers and words that shrink well. Numbers stand for what there is by then. */
export interface Operation {
  readonly text: string
  /** The call to make, or null where there is nothing to do it to. */
  readonly prepare: (world: World) => Promise<Call | null>
}

export const owners: readonly [Owner, ...Owner[]] = [
  { orgId: 'o', userId: 'a:b' },
  { orgId: 'o', userId: '__proto__' },
  { orgId: 'o:a', userId: 'b' },
]

const number = fc.nat(7)
const seldom = fc.integer({ min: 0, max: 9 }).map((value) => value === 9)
const owner = fc.constantFrom(...owners)
/** Null is the owner itself. */
const stranger = fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: owner })
const key = fc.constantFrom(null, 'k', 'k', '__proto__')
const contextKeys = ['a', '__proto__', 'constructor', 'ä', '😀']
const contextKey = fc.constantFrom(...contextKeys)
const tag = fc.constantFrom('x', 'X', '__proto__')
const data = fc.constantFrom({}, { a: 1 }, { b: [{ c: null }] })
const status = fc.constantFrom<SessionStatus>('active', 'paused', 'archived', 'closed')
const ifKeyTaken = fc.constantFrom<'reject' | 'open'>('reject', 'open')
const scope = fc.constantFrom('store', 'org', 'user')
const none: SessionQuotas = { store: null, org: null, user: null }
/** One limit at a time: which of several full ones speaks is not said. */
const quotas = fc
  .record({ scope, limit: fc.constantFrom(null, 1, 2, 4) })
  .map((one) => ({ ...none, [one.scope]: one.limit }))
const maxMessages = fc.constantFrom(null, 1, 2, 4)
const overflow = fc.constantFrom<'trim-oldest' | 'reject'>('trim-oldest', 'trim-oldest', 'reject')
const pageSize = fc.integer({ min: 1, max: 3 })
const messages = fc.array(
  fc.record({
    kind: fc.constantFrom('text', 'text', 'calls', 'results'),
    count: fc.integer({ min: 1, max: 2 }),
    /** Takes the id of a message that is there, and its body if `same`. */
    known: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ number, same: fc.boolean() }) },
    ),
  }),
  { minLength: 1, maxLength: 4 },
)
type MessagePlan = typeof messages extends fc.Arbitrary<infer Plan> ? Plan : never
/** Null is none; a number stands for a turn that began. */
const fence = fc.option(number, { freq: 1, nil: null })

/** All operations. Those that need the time to pass are only there if the test can set the clocks. */
export function operations(clock: 'set' | 'real'): readonly fc.Arbitrary<Operation>[] {
  const set = clock === 'set'
  return [
    operation(
      'createSession',
      {
        owner,
        key,
        tags: fc.subarray(['x', 'X', '__proto__']),
        data,
        quotas,
        ifKeyTaken,
        idleMs: fc.constantFrom(3_600_000, null, ...(set ? [200] : [])),
        absoluteMs: fc.constantFrom(null, ...(set ? [500] : [])),
        pendingMs: fc.constantFrom(null, null, 100_000, ...(set ? [100] : [])),
      },
      async (world, { quotas: limits, ifKeyTaken: how, idleMs, absoluteMs, ...made }) => {
        const id = newSessionId(made.owner)
        world.sessions.push({ id, owner: made.owner })
        const session = { ...made, id, expiry: { idleMs, absoluteMs } }
        return ({ store }) => store.createSession(session, { quotas: limits, ifKeyTaken: how })
      },
    ),
    onSession(
      'getSession',
      {},
      async (ref) =>
        ({ store }) =>
          store.getSession(ref),
    ),
    onSession(
      'findSession',
      {},
      async ({ id }) =>
        ({ store }) =>
          store.findSession(id),
    ),
    onSession(
      'updateSession',
      {
        status: fc.option(status, { nil: undefined }),
        tags: fc.option(fc.subarray(['x', 'X']), { nil: undefined }),
        data: fc.option(data, { nil: undefined }),
        quotas,
        stale: seldom,
      },
      async (ref, { stale, quotas: limits, ...change }, world) => {
        const version = await versionOf(world, (store) => store.getSession(ref))
        const options = { operationId: newId(), expectedVersion: stale ? version - 1 : version, quotas: limits }
        return ({ store }) => store.updateSession(ref, change, options)
      },
    ),
    onSession(
      'touchSession',
      { expiresInMs: fc.constantFrom(undefined, 7_000_000, ...(set ? [30, 300] : [])) },
      async (ref, { expiresInMs }) =>
        ({ store }) =>
          store.touchSession(ref, { expiresInMs }),
    ),
    onSession('deleteSession', {}, async (ref) => {
      const options = { operationId: newId() }
      return ({ store }) => store.deleteSession(ref, options)
    }),
    operation(
      'listSessions',
      {
        owner,
        scope,
        status: fc.option(status, { nil: undefined }),
        tag: fc.option(tag, { nil: undefined }),
        order: fc.constantFrom<('created' | 'active')[]>('created', ...(set ? (['active'] as const) : [])),
        limit: pageSize,
      },
      async (_, { owner: who, scope: where, order, limit, ...filter }) => {
        const query = { ...scopeOf(where, who), ...filter, order: where === 'user' ? order : undefined }
        return ({ store }) => readAll((cursor) => store.listSessions(query, { limit, cursor }))
      },
    ),
    operation(
      'countSessions',
      { owner, scope, status: fc.option(status, { nil: undefined }) },
      async (_, { owner: who, scope: where, ...filter }) =>
        ({ store }) =>
          store.countSessions({ ...scopeOf(where, who), ...filter }),
    ),
    operation(
      'stats',
      { owner, scope },
      async (_, { owner: who, scope: where }) =>
        ({ store }) =>
          store.stats(scopeOf(where, who)),
    ),

    onSession(
      'createChat',
      {
        key,
        data,
        maxMessages,
        overflow,
        maxChats: fc.constantFrom(null, null, 1, 3),
        ifKeyTaken,
        firstSeq: fc.constantFrom(undefined, undefined, 40),
      },
      async (ref, { maxChats, ifKeyTaken: how, ...made }, world) => {
        const chat = { ...made, id: newChatId(ref.id) }
        world.chats.push({ id: chat.id, session: ref })
        return ({ store }) => store.createChat(ref, chat, { maxChats, ifKeyTaken: how })
      },
    ),
    onChat(
      'getChat',
      {},
      async (ref) =>
        ({ store }) =>
          store.getChat(ref),
    ),
    onChat(
      'updateChat',
      { change: fc.oneof(fc.record({ data }), fc.record({ maxMessages }), fc.record({ overflow })), stale: seldom },
      async (ref, { change, stale }, world) => {
        const version = await versionOf(world, (store) => store.getChat(ref))
        const options = { operationId: newId(), expectedVersion: stale ? version - 1 : version }
        return ({ store }) => store.updateChat(ref, change, options)
      },
    ),
    onChat('deleteChat', {}, async (ref) => {
      const options = { operationId: newId() }
      return ({ store }) => store.deleteChat(ref, options)
    }),
    onChat('activateChat', {}, async (ref) => {
      const options = { operationId: newId() }
      return ({ store }) => store.activateChat(ref, options)
    }),
    onSession(
      'listChats',
      { limit: pageSize },
      async (ref, { limit }) =>
        ({ store }) =>
          readAll((cursor) => store.listChats(ref, { limit, cursor })),
    ),

    ...Array.from({ length: 5 }, () =>
      onChat('appendMessages', { messages, fence }, async (ref, { messages: plan, fence: which }, world) => {
        const made = await messagesFor(world, ref, plan)
        const turn = which === null ? undefined : pick(world.turns, which)
        return ({ store, at }) => store.appendMessages(ref, made, { fence: turn?.fences[at] })
      }),
    ),
    onChat(
      'readMessages',
      {
        range: fc.oneof(
          fc.constant({}),
          fc.record({ before: fc.nat(45) }),
          fc.record({ after: fc.nat(45) }),
          fc.record({ offset: fc.nat(6) }),
        ),
        limit: fc.integer({ min: 1, max: 6 }),
      },
      async (ref, { range, limit }) =>
        ({ store }) =>
          store.readMessages(ref, { ...range, limit }),
    ),
    onChat(
      'rewriteMessages',
      { back: fc.nat(4), messages, fence, expected: fc.constantFrom('any', 'right', 'stale') },
      async (ref, { back, messages: plan, fence: which, expected }, world) => {
        const { lastSeq } = await pageOf(world, ref)
        const made = await messagesFor(world, ref, plan)
        const turn = which === null ? undefined : pick(world.turns, which)
        const expectedLastSeq = { any: undefined, right: lastSeq, stale: lastSeq + 1 }[expected]
        const options = { operationId: newId(), expectedLastSeq }
        return ({ store, at }) =>
          store.rewriteMessages(ref, lastSeq - back, made, { ...options, fence: turn?.fences[at] })
      },
    ),

    onSession(
      'getContext',
      { key: contextKey },
      async (ref, { key: name }) =>
        ({ store }) =>
          store.getContext(ref, name),
    ),
    onSession(
      'listContext',
      {},
      async (ref) =>
        ({ store }) =>
          store.listContext(ref),
    ),
    onSession(
      'setContext',
      {
        keys: fc.subarray(contextKeys, { minLength: 1, maxLength: 3 }),
        value: fc.constantFrom(null, 1, { a: [] }, 'x'.repeat(100)),
        maxKeys: fc.constantFrom(null, 1, 2, 3),
        maxBytes: fc.constantFrom(null, 150, 250),
      },
      async (ref, { keys, value, ...limits }) => {
        const options = { operationId: newId(), ...limits }
        return ({ store }) =>
          store.setContext(
            ref,
            keys.map((name) => [name, value] as const),
            options,
          )
      },
    ),
    onSession('deleteContext', { key: contextKey }, async (ref, { key: name }) => {
      const options = { operationId: newId() }
      return ({ store }) => store.deleteContext(ref, name, options)
    }),

    onChat(
      'beginTurn',
      {
        leaseMs: fc.constantFrom(100_000, ...(set ? [50] : [])),
        ifBusy: fc.constantFrom<'reject' | 'take-over'>('reject', 'take-over'),
      },
      async (chat, how, world) => {
        const turn = { chat, fences: [0, 0] }
        world.turns.unshift(turn)
        const options = { turnId: newId(), ...how }
        return async ({ store, at }) => {
          const grant = await store.beginTurn(chat, options)
          turn.fences[at] = grant.fence
          return grant
        }
      },
    ),
    onTurn(
      'renewTurn',
      {},
      async (turn) =>
        ({ store, at }) =>
          store.renewTurn(turn.chat, turn.fences[at] ?? 0, { leaseMs: 100_000 }),
    ),
    onTurn(
      'endTurn',
      { responseMs: fc.constantFrom(undefined, 5, 7) },
      async (turn, { responseMs }) =>
        ({ store, at }) =>
          store.endTurn(turn.chat, turn.fences[at] ?? 0, { responseMs }),
    ),
    onChat(
      'interruptTurn',
      {},
      async (chat) =>
        ({ store }) =>
          store.interruptTurn(chat),
    ),

    operation('repeat', { number }, async (world, { number: which }) => pick(world.repeatable, which)?.call ?? null),
    ...(set ? timely : []),
  ]
}

const timely: readonly fc.Arbitrary<Operation>[] = [
  operation('advance', { ms: fc.constantFrom(1, 29, 30, 50, 100, 200, 70_000) }, async (world, { ms }) => {
    await world.advance(ms)
    return null
  }),
  operation(
    'claimExpired',
    { leaseMs: fc.constantFrom(50, 100_000), only: fc.option(number, { nil: null }), stranger },
    async (world, { leaseMs, only: which, stranger: who }) => {
      const named = which === null ? undefined : pick(world.sessions, which)
      const only = named === undefined ? undefined : as(who, named)
      const claims = new Map<string, string[]>()
      return async ({ store, at }) => {
        const claimed = await store.claimExpired({ limit: 1000, leaseMs, only })
        for (const { session, claim } of claimed) {
          const ids = claims.get(session.id) ?? ['', '']
          if (!claims.has(session.id)) world.claims.push({ ref: { id: session.id, owner: session.owner }, ids })
          claims.set(session.id, ids)
          ids[at] = claim
        }
        return claimed.toSorted((a, b) => (a.session.id < b.session.id ? -1 : 1))
      }
    },
  ),
  operation('removeExpired', { number, stranger }, async (world, { number: which, stranger: who }) => {
    const claim = pick(world.claims, which)
    return claim === undefined ? null : ({ store, at }) => store.removeExpired(as(who, claim.ref), claim.ids[at] ?? '')
  }),
  operation(
    'expireIdle',
    { idleMs: fc.constantFrom(30, 200, 100_000), limit: pageSize },
    async (_, { idleMs, limit }) =>
      async ({ store }) =>
        (await readAll((cursor) => store.expireIdle(idleMs, { limit, cursor }))).toSorted(),
  ),
]

/** An operation with arguments that fast-check makes. */
function operation<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (world: World, args: Args) => Promise<Call | null>,
): fc.Arbitrary<Operation> {
  return fc.record(args).map((values) => ({
    text: `${name} ${JSON.stringify(values)}`,
    prepare: (world) => prepare(world, values as Args),
  }))
}

function onSession<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (ref: SessionRef, args: Args, world: World) => Promise<Call>,
): fc.Arbitrary<Operation> {
  const all = { session: number, stranger, args: fc.record(args) }
  return operation(name, all, async (world, { session, stranger: who, args: values }) => {
    const ref = pick(world.sessions, session)
    return ref === undefined ? null : prepare(as(who, ref), values as Args, world)
  })
}

function onChat<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (ref: ChatRef, args: Args, world: World) => Promise<Call>,
): fc.Arbitrary<Operation> {
  const all = { chat: number, stranger, args: fc.record(args) }
  return operation(name, all, async (world, { chat, stranger: who, args: values }) => {
    const ref = pick(world.chats, chat)
    return ref === undefined ? null : prepare({ id: ref.id, session: as(who, ref.session) }, values as Args, world)
  })
}

function onTurn<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (turn: Turn, args: Args) => Promise<Call>,
): fc.Arbitrary<Operation> {
  return operation(name, { turn: number, args: fc.record(args) }, async (world, { turn, args: values }) => {
    const picked = pick(world.turns, turn)
    return picked === undefined ? null : prepare(picked, values as Args)
  })
}

/** The version a record has now; what it was is of no interest where the record cannot be read. */
async function versionOf(
  { sides: [{ store }] }: World,
  read: (store: Store) => Promise<{ readonly version: number } | null>,
): Promise<number> {
  const [outcome] = await Promise.allSettled([read(store)])
  return outcome.status === 'fulfilled' ? (outcome.value?.version ?? 1) : 1
}

async function pageOf({ sides: [{ store }] }: World, ref: ChatRef): Promise<MessagePage> {
  const [outcome] = await Promise.allSettled([store.readMessages(ref, { limit: 1000 })])
  return outcome.status === 'fulfilled' ? outcome.value : { messages: [], firstSeq: 1, lastSeq: 0 }
}

/** The messages of a plan. Results answer calls by number, so that any of them fits. */
async function messagesFor(world: World, ref: ChatRef, plan: MessagePlan): Promise<readonly NewMessage[]> {
  const { messages: there } = await pageOf(world, ref)
  return plan.map(({ kind, count, known }): NewMessage => {
    const old = known === null ? undefined : pick(there, known.number)
    if (old !== undefined && known?.same === true) {
      const { seq, createdAt, ...message } = old
      return message
    }
    const id = old?.id ?? newId()
    const callIds = Array.from({ length: count }, (_, index) => `call ${index}`)
    if (kind === 'calls') {
      const content = callIds.map((callId) => ({ type: 'tool-call', callId, name: 'look', input: null }) as const)
      return { id, role: 'assistant', content }
    }
    if (kind === 'results') {
      const content = callIds.map((callId) => ({ type: 'tool-result', callId, output: null }) as const)
      return { id, role: 'tool', content }
    }
    return { id, role: 'user', content: `${count}` }
  })
}

function scopeOf(where: string, { orgId, userId }: Owner): { orgId?: string; userId?: string } {
  if (where === 'store') return {}
  return where === 'org' ? { orgId } : { orgId, userId }
}

async function readAll<Item>(next: (cursor: string | undefined) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await next(cursor)
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}
