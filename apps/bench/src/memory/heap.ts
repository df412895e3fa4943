import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Store } from '@sess/core'
import { makeChat, makeSession, owner, textMessages } from '../samples.ts'

/** What is weighed, in a process of its own: there nothing else is on the heap and it can be collected at will. */
const weighings = {
  message: { things: 50_000, add: addMessages },
  session: { things: 100_000, add: addSessions },
  sessionWithChat: { things: 100_000, add: addSessionsWithChat },
} as const

export type Weighing = keyof typeof weighings

/** Bytes of heap that one thing takes. */
export function bytesOf(weighing: Weighing): number {
  const main = fileURLToPath(import.meta.url)
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', main, 'weigh', weighing], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`weighing failed: ${stderr}`)
  return Number(stdout)
}

/** The other side of `bytesOf`: prints the figure. */
export async function weigh(name: string, store: Store): Promise<void> {
  if (!Object.hasOwn(weighings, name)) throw new RangeError(`nothing to weigh: ${name}`)
  const { things, add } = weighings[name as Weighing]
  // A little first, so that code and shared structures are not weighed.
  await add(store, 200)
  const before = heapBytes()
  await add(store, things)
  process.stdout.write(`${(heapBytes() - before) / things}`)
}

async function addMessages(store: Store, count: number): Promise<void> {
  const perChat = 500
  for (let done = 0; done < count; done += perChat) {
    const chat = await makeChat(store)
    for (const message of textMessages(Math.min(perChat, count))) await store.appendMessages(chat, [message])
  }
}

async function addSessions(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await makeSession(store, owner(`${count}-${index}`))
}

async function addSessionsWithChat(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await makeChat(store)
}

function heapBytes(): number {
  for (let pass = 0; pass < 4; pass++) globalThis.gc?.()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}
