import type { ChatRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import { fails, leavesAlone } from './assertions.ts'
import { beginTurn, makeChat, once, say } from './fixtures.ts'
import type { Cases } from './harness.ts'

/** Every way in which a holder of a fence writes. */
export const fencedWrites: Readonly<Record<string, (store: Store, chat: ChatRef, fence: number) => Promise<unknown>>> =
  {
    appendMessages: (store, chat, fence) => store.appendMessages(chat, [say('late')], { fence }),
    rewriteMessages: (store, chat, fence) => store.rewriteMessages(chat, 0, [say('late')], { ...once(), fence }),
    renewTurn: (store, chat, fence) => store.renewTurn(chat, fence, { leaseMs: 60_000 }),
    endTurn: (store, chat, fence) => store.endTurn(chat, fence, { responseMs: 5 }),
  }

/** A case per write path: what an old holder gets, however it lost the chat. */
export const lostTurnCases: Cases = Object.fromEntries(
  Object.entries(fencedWrites).flatMap(([name, write]) => [
    [
      `${name}: a turn that was taken over is TURN_LOST, and nothing is written`,
      async ({ store, peer }) => {
        const chat = await makeChat(store)
        await store.appendMessages(chat, [say('hello')])
        const old = await beginTurn(store, chat)
        const next = await beginTurn(await peer(), chat, 60_000, 'take-over')
        await leavesAlone(store, chat.session, () => fails(write(store, chat, old), 'TURN_LOST', { fence: old }))
        await write(store, chat, next)
      },
    ],
    [
      `${name}: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written`,
      async ({ store, now, waitUntil }) => {
        const chat = await makeChat(store)
        const old = await beginTurn(store, chat, 20)
        await waitUntil((await now()) + 20)
        const next = await beginTurn(store, chat)
        await leavesAlone(store, chat.session, () => fails(write(store, chat, old), 'TURN_LOST', { fence: old }))
        await write(store, chat, next)
      },
    ],
    [
      `${name}: a turn whose lease lapsed goes on while nobody took the chat`,
      async ({ store, now, waitUntil }) => {
        const chat = await makeChat(store)
        const fence = await beginTurn(store, chat, 20)
        await waitUntil((await now()) + 20)
        await write(store, chat, fence)
      },
    ],
    [
      `${name}: a fence that was never given out is TURN_LOST`,
      async ({ store }) => {
        const chat = await makeChat(store)
        const idle = await makeChat(store, {}, chat.session)
        const fence = await beginTurn(store, chat)
        await leavesAlone(store, chat.session, async () => {
          await fails(write(store, chat, fence + 1), 'TURN_LOST', { fence: fence + 1 })
          await fails(write(store, idle, 1), 'TURN_LOST', { fence: 1 })
        })
      },
    ],
  ]),
)
