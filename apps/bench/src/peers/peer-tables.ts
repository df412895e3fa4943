import { closedLoop } from '../closed-loop.ts'
import type { Effort } from '../effort.ts'
import { type Contestant, compare, type Result } from '../measure.ts'
import { openMariadbPlace } from '../mysql/mysql-place.ts'
import { openRedisPlace } from '../redis/redis-place.ts'
import { micros, type Table } from '../report/table.ts'
import { textMessages } from '../samples.ts'
import type { ServerMeter } from '../servers/server-meter.ts'
import { mysqlPeers } from './mysql-peers.ts'
import { type Peer, type PeerChat, sess, sessPeer } from './peer.ts'
import { loadPeerPackages } from './peer-packages.ts'
import { redisPeers } from './redis-peers.ts'

/** The stores against packages that are used for the same. They do less: no limits, turns, repeats or expiry are theirs. */
export async function* peerTables(effort: Effort): AsyncGenerator<Table, void, undefined> {
  const modules = await loadPeerPackages()
  const redis = await openRedisPlace()
  try {
    const peers = [sessPeer(redis.newStore()), ...(await redisPeers(modules, redis.url))]
    yield await peerTable(`What else there is for Redis ${redis.version}`, peers, effort, redis.meter)
  } finally {
    await redis.close()
  }
  const mariadb = await openMariadbPlace()
  try {
    const { store } = await mariadb.openStore()
    const peers = [sessPeer(store), ...(await mysqlPeers(modules, mariadb.url, mariadb.pool))]
    yield await peerTable(`What else there is for MySQL, on MariaDB ${mariadb.version}`, peers, effort, mariadb.meter)
  } finally {
    await mariadb.close()
  }
}

const notes: readonly string[] = [
  'One caller. Messages of 1 KiB are appended to a chat of so many, and its last 50 are read. × sess is how many times as long it takes as with sess, in the same round.',
]

async function peerTable(title: string, peers: readonly Peer[], effort: Effort, meter: ServerMeter): Promise<Table> {
  const rows: string[][] = []
  try {
    for (const length of [10, 100, 1000]) {
      const { operations } = effort.load(20, 1)
      const comparison = { rounds: effort.rounds, operations, meter }
      const appends = await compare(
        peers.map((peer) => appendRounds(peer, length, operations)),
        comparison,
      )
      const reads = await compare(
        peers.map((peer) => readRounds(peer, length, operations)),
        comparison,
      )
      for (const { name } of peers) rows.push([name, `${length}`, ...cells(appends, name), ...cells(reads, name)])
    }
  } finally {
    await Promise.all(peers.map((peer) => peer.close()))
  }
  const figures = (what: string): string[] => [`${what} µs`, '× sess', 'client CPU µs', 'commands']
  return { title, notes, head: ['package', 'messages', ...figures('append'), ...figures('read 50')], rows }
}

function appendRounds(peer: Peer, length: number, operations: number): Contestant {
  return {
    name: peer.name,
    async prepare() {
      const chat = await peer.makeChat(textMessages(length))
      const messages = textMessages(operations)
      return () =>
        closedLoop({ operations, concurrency: 1 }, async (index) => {
          const message = messages[index]
          if (message !== undefined) await chat.append(message)
        })
    },
  }
}

function readRounds(peer: Peer, length: number, operations: number): Contestant {
  let chat: PeerChat | undefined
  return {
    name: peer.name,
    async prepare() {
      chat ??= await peer.makeChat(textMessages(length))
      const opened = chat
      return () =>
        closedLoop({ operations, concurrency: 1 }, async () => {
          const { length: found } = await opened.readLast(50)
          if (found !== Math.min(50, length)) throw new Error(`${peer.name} read ${found} messages`)
        })
    },
  }
}

function cells(results: readonly Result[], name: string): string[] {
  const own = results.find((result) => result.name === sess)
  const its = results.find((result) => result.name === name)
  if (own === undefined || its === undefined) throw new Error(`not measured: ${name}`)
  const slower = own.speedOf.get(name) ?? NaN
  return [micros(its.ns), slower.toFixed(1), micros(its.cpuNs), (its.scripts + its.commands).toFixed(1)]
}
