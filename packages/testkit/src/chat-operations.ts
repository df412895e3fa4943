import { newChatId, newId } from '@sess/core'
import fc from 'fast-check'
import { data, fence, ifKeyTaken, key, maxMessages, messages, overflow, pageSize, seldom } from './arguments.ts'
import { messagesFor, pageOf, readAll, turnOf, versionOf } from './lookup.ts'
import { type Operation, onChat, onSession, onTurn } from './operation.ts'

/** What is done to chats, messages and turns. */
export function chatOperations(clock: 'set' | 'real'): readonly fc.Arbitrary<Operation>[] {
  const set = clock === 'set'
  return [
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
        const turn = which === null ? undefined : turnOf(world, ref, which)
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
        const turn = which === null ? undefined : turnOf(world, ref, which)
        const expectedLastSeq = { any: undefined, right: lastSeq, stale: lastSeq + 1 }[expected]
        const options = { operationId: newId(), expectedLastSeq }
        return ({ store, at }) =>
          store.rewriteMessages(ref, lastSeq - back, made, { ...options, fence: turn?.fences[at] })
      },
    ),

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
  ]
}
