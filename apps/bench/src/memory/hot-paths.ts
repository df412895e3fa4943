import { randomUUID } from 'node:crypto'
import type { NewMessage, Store } from '@sess/core'
import { type Contestant, compare, type Result } from '../measure.ts'
import { newSession, owner, textMessages, toolMessages } from '../samples.ts'
import { floorAppends, floorCreates, floorReads } from './floor-contestants.ts'
import { managerAppends, storeAppends, storeCreates, storeReads } from './store-contestants.ts'

export interface HotPath {
  readonly title: string
  readonly results: readonly Result[]
}

const operations = 2000
const rounds = 40
const limit = 1000

/** What users wait for: appends, reads and new sessions, of both floors and of the store. */
export async function* hotPaths(newStore: () => Store): AsyncGenerator<HotPath, void, undefined> {
  const earlier = textMessages(limit)
  const text = textMessages(operations)
  const tools = toolMessages(operations)
  const unsorted = text.map((message): NewMessage => ({ ...message, id: randomUUID() }))
  const users = Array.from({ length: 200 }, (_, index) => owner(index))
  const sessions = (): ReturnType<typeof newSession>[] =>
    Array.from({ length: operations }, (_, index) => newSession(users[index % users.length] ?? owner()))

  yield run('append 1 KiB', [...floorAppends(text), storeAppends(newStore, text), managerAppends(newStore, text)])
  yield run('append 1 KiB, ids in no order', [...floorAppends(unsorted), storeAppends(newStore, unsorted)])
  const full = { earlier, limit }
  yield run('append 1 KiB to a chat of 1,000 that trims', [
    ...floorAppends(text, full),
    storeAppends(newStore, text, full),
  ])
  yield run('append text, tool call and result', [...floorAppends(tools), storeAppends(newStore, tools)])
  yield run('read the last 50', [...floorReads(text, operations), storeReads(newStore, text, operations)])
  yield run('create and get a session', [...floorCreates(sessions), storeCreates(newStore, sessions)])
}

async function run(title: string, contestants: readonly Contestant[]): Promise<HotPath> {
  return { title, results: await compare(contestants, { rounds, operations }) }
}
