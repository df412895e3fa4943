import fc from 'fast-check'
import { maybe, number, pageSize, stranger } from './arguments.ts'
import { chatOperations } from './chat-operations.ts'
import { readAll } from './lookup.ts'
import { type Operation, operation } from './operation.ts'
import { sessionOperations } from './session-operations.ts'
import { as, pick } from './world.ts'

/** All operations. Those that need the time to pass are only there if the test can set the clocks. */
export function operations(clock: 'set' | 'real'): readonly fc.Arbitrary<Operation>[] {
  const chats = chatOperations(clock)
  const once = [...sessionOperations(clock), ...chats, repeat, ...(clock === 'set' ? timely : [])]
  // What goes wrong in chats, with time and when repeated takes several of these to be seen.
  return [...once, ...chats, repeat, repeat, repeat, ...(clock === 'set' ? timely : [])]
}

const repeat = operation(
  'repeat',
  { number },
  async (world, { number: which }) => pick(world.repeatable, which)?.call ?? null,
)

const timely: readonly fc.Arbitrary<Operation>[] = [
  operation('advance', { ms: fc.constantFrom(1, 29, 30, 50, 100, 200, 70_000) }, async (world, { ms }) => {
    await world.advance(ms)
    return null
  }),
  operation(
    'claimExpired',
    { leaseMs: fc.constantFrom(50, 100_000), only: maybe(number), stranger },
    async (world, { leaseMs, only: which, stranger: who }) => {
      const named = which === undefined ? undefined : pick(world.sessions, which)
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
