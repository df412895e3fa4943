import assert from 'node:assert/strict'
import { newChatId, newSessionId } from '@sess/core'
import type { CreateHarness, StoreHarness } from '@sess/core/conformance'
import fc from 'fast-check'
import { owners } from './arguments.ts'
import { asStore } from './as-store.ts'
import { newModel } from './model.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'
import { type Call, everything, outcomeOf, type World } from './world.ts'

export interface RandomTestOptions {
  /** Declares a test. The third argument is how long it may take. */
  readonly test: (name: string, run: () => Promise<void>, timeoutMs: number) => unknown
  /** Histories of random operations to try; twenty times as many where `SESS_TEST_LONG` is 1. @default 2_000 */
  readonly runs?: number | undefined
  /** As a failure names it. @default by chance */
  readonly seed?: number | undefined
  /** Whether a history that fails is made shorter before it is told: for people, it takes seconds. @default true */
  readonly shortened?: boolean | undefined
}

/** Declares a test that does the same random operations to a store and to the model, and compares every answer. */
export function testStoreAgainstModel(options: RandomTestOptions & { readonly create: CreateHarness }): void {
  const { test, create, ...rest } = options
  test('random operations: the store answers as the model does', () => compareAtRandom(null, create, rest), 3_600_000)
}

/** Declares a test that does the same random operations to two stores, and compares every answer. */
export function testStoresSideBySide(
  options: RandomTestOptions & { readonly a: CreateHarness; readonly b: CreateHarness },
): void {
  const { test, a, b, ...rest } = options
  test('random operations: both stores answer the same', () => compareAtRandom(a, b, rest), 3_600_000)
}

async function compareAtRandom(
  createA: CreateHarness | null,
  createB: CreateHarness,
  { runs = 2000, seed, shortened = true }: Omit<RandomTestOptions, 'test'>,
): Promise<void> {
  const probe = await openWorld(createA, createB)
  const clock = probe.clock
  await probe.dispose()
  const longer = process.env.SESS_TEST_LONG === '1' ? 20 : 1
  const steps = operations(clock).map((arbitrary) => arbitrary.map((operation) => new Step(operation)))
  const property = fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
    const { world, dispose } = await openWorld(createA, createB)
    try {
      await fc.asyncModelRun(() => ({ model: { world, clock }, real: null }), commands)
      await compare(everything(world), world, clock)
    } finally {
      await dispose()
    }
  })
  const options = { numRuns: runs * longer, endOnFailure: !shortened }
  await fc.assert(property, seed === undefined ? options : { ...options, seed })
}

interface Running {
  readonly world: World
  readonly clock: 'set' | 'real'
}

/** An operation as fast-check runs and prints it. */
class Step implements fc.AsyncCommand<Running, null> {
  readonly #operation: Operation
  #answer = ''

  constructor(operation: Operation) {
    this.#operation = operation
  }

  check(): boolean {
    return true
  }

  async run({ world, clock }: Running): Promise<void> {
    const { text, prepare } = this.#operation
    const call = await prepare(world)
    if (call === null) return
    const answer = await compare(call, world, clock)
    this.#answer = ` → ${answer.code ?? 'ok'}`
    const repeats = text.startsWith('repeat')
    // What did nothing may be done by a repeat: both is right, and stores differ in it.
    if (!repeats && answer.value !== false && !text.startsWith('activateChat')) world.repeatable.unshift({ text, call })
    world.repeatable.length = Math.min(world.repeatable.length, 8)
  }

  toString(): string {
    return `\n  ${this.#operation.text}${this.#answer}`
  }
}

async function compare(
  call: Call,
  { sides }: World,
  clock: 'set' | 'real',
): Promise<{ code?: string; value?: unknown }> {
  const [a, b] = sides
  const expected = await outcomeOf(a, call, clock === 'real')
  const actual = await outcomeOf(b, call, clock === 'real')
  assert.deepEqual(actual, expected)
  return expected as object
}

/** A world that begins with two sessions and two chats. Without `createA` it compares with the model. */
async function openWorld(createA: CreateHarness | null, createB: CreateHarness) {
  const b = await createB({ empty: true })
  const a = await (createA === null ? modelBeside(b) : createA({ empty: true }))
  const clock: 'set' | 'real' = a.advanceTo !== undefined && b.advanceTo !== undefined ? 'set' : 'real'
  let { now } = await b.store.health()
  const world: World = {
    sides: [
      { store: a.store, at: 0 },
      { store: b.store, at: 1 },
    ],
    advance: async (ms) => {
      now += ms
      await a.advanceTo?.(now)
      await b.advanceTo?.(now)
    },
    sessions: [],
    chats: [],
    turns: [],
    claims: [],
    repeatable: [],
  }
  await world.advance(1)
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  for (const owner of owners.slice(0, 2)) {
    const session = { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
    const quotas = { store: null, org: null, user: null }
    world.sessions.push({ id: session.id, owner })
    await compare(({ store }) => store.createSession(session, { quotas, ifKeyTaken: 'reject' }), world, clock)
    const chat = { id: newChatId(session.id), key: null, data: {}, maxMessages: 3, overflow: 'trim-oldest' as const }
    world.chats.push({ id: chat.id, session: { id: session.id, owner } })
    await compare(
      ({ store }) => store.createChat(session, chat, { maxChats: null, ifKeyTaken: 'reject' }),
      world,
      clock,
    )
  }
  const dispose = async (): Promise<void> => {
    await Promise.all([a.dispose(), b.dispose()])
  }
  return { world, clock, dispose }
}

/** A harness for the model whose clock goes with that of another store. */
async function modelBeside({ store, advanceTo }: StoreHarness): Promise<StoreHarness> {
  let { now } = await store.health()
  // Date.now is as good as any other clock where times are not compared.
  const clock = advanceTo === undefined ? () => Date.now() : () => now
  return {
    store: asStore(newModel(clock)),
    ...(advanceTo === undefined
      ? {}
      : {
          advanceTo: (instant: number) => {
            now = instant
          },
        }),
    dispose: async () => {
      // A model holds nothing.
    },
  }
}
