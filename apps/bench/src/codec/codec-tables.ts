import { randomBytes } from 'node:crypto'
import type { Codec, Store } from '@sess/core'
import { compressed, encrypted, json, KeyRing } from '@sess/core/codec'
import { MemoryStore } from '@sess/store-memory'
import type { Effort } from '../effort.ts'
import { type Contestant, compare } from '../measure.ts'
import { micros, type Table } from '../report/table.ts'
import { openChats } from '../stores/open-chats.ts'
import { appendRounds, readRounds } from '../stores/store-rounds.ts'

const plain = 'no codec'

/** What encryption and compression cost where nothing else does: in the store that has no server. */
export async function* codecTables(effort: Effort): AsyncGenerator<Table, void, undefined> {
  const ring = new KeyRing({ keys: { k1: randomBytes(32) }, active: 'k1' })
  const codecs: readonly (readonly [name: string, codec: Codec | undefined])[] = [
    [plain, undefined],
    ['encrypted', encrypted(json(), ring)],
    ['compressed and encrypted', encrypted(compressed(json(), { minBytes: 512 }), ring)],
  ]
  const stores = codecs.map(([name, codec]) => [name, new MemoryStore({ codec })] as const)
  const append = effort.load(4000, 1)
  const read = effort.load(1000, 1)
  const rows = [
    ...(await rowsOf('append 1 KiB', effort, append.operations, stores, async (name, store) =>
      appendRounds(name, store, await openChats(store, 20, { maxMessages: 1000 }), append),
    )),
    ...(await rowsOf('read the last 50', effort, read.operations, stores, async (name, store) => {
      const [open] = await openChats(store, 1, { history: 200 })
      if (open === undefined) throw new Error('there is no chat')
      return readRounds(name, store, open.chat, read)
    })),
  ]
  yield {
    title: `Encryption and compression, in the memory store, Node ${process.versions.node}`,
    notes: ['Messages of 1 KiB. Speed as a part of that without a codec.'],
    head: ['operation', 'codec', '× no codec', 'µs', 'CPU µs', 'a second'],
    rows,
  }
}

async function rowsOf(
  title: string,
  effort: Effort,
  operations: number,
  stores: readonly (readonly [name: string, store: Store])[],
  contestant: (name: string, store: Store) => Promise<Contestant>,
): Promise<string[][]> {
  if (!effort.wants(`codec ${title}`)) return []
  const contestants = await Promise.all(stores.map(([name, store]) => contestant(name, store)))
  const results = await compare(contestants, { rounds: effort.rounds, operations })
  return results.map(({ name, speedOf, ns, cpuNs }) => [
    title,
    name,
    (speedOf.get(plain) ?? NaN).toFixed(2),
    micros(ns),
    micros(cpuNs),
    Math.round(1e9 / ns).toLocaleString('en-US'),
  ])
}
