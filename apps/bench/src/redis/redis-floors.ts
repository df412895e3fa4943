import type { Message } from '@sess/core'
import type { Cluster, Redis } from 'ioredis'
import { closedLoop, type Load } from '../closed-loop.ts'
import type { Contestant } from '../measure.ts'
import { newSession, owner, textMessages } from '../samples.ts'

type Client = Redis | Cluster

/** Lists that the rounds of one contestant push to; they begin empty in every round. */
const lists = 64

/** RPUSH of messages whose JSON is there already: the least that a message can cost. */
export function pushRounds(name: string, client: Client, load: Load): Contestant {
  return {
    name,
    async prepare() {
      await removeLists(client, name)
      const elements = storedMessages(load.operations)
      return () =>
        closedLoop(load, (index) =>
          client.rpush(`floor:${name}:${index % lists}`, elements[index % elements.length] ?? ''),
        )
    },
  }
}

/** LRANGE of the newest 50, each parsed. */
export function rangeRounds(name: string, client: Client, key: string, load: Load): Contestant {
  return {
    name,
    prepare: async () => () =>
      closedLoop(load, async () => {
        const elements = await client.lrange(key, -50, -1)
        const messages = elements.map((element) => JSON.parse(element) as Message)
        if (messages.length === 0) throw new Error('nothing was read')
      }),
  }
}

export async function fillList(client: Client, key: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1000) await client.rpush(key, ...storedMessages(Math.min(1000, left)))
}

const fields = sessionFields()

/** HMGET of all fields of a session. */
export function hashGetRounds(name: string, client: Client, load: Load): Contestant {
  const names = Object.keys(fields)
  return {
    name,
    async prepare() {
      for (let caller = 0; caller < load.concurrency; caller++) await client.hset(`floor:session:${caller}`, fields)
      return () => closedLoop(load, (_, caller) => client.hmget(`floor:session:${caller}`, ...names))
    },
  }
}

/** HSET of a new session: no limit, no list, no expiry. */
export function hashSetRounds(name: string, client: Client, load: Load): Contestant {
  let round = 0
  return {
    name,
    async prepare() {
      round++
      return () => closedLoop(load, (index) => client.hset(`floor:new:${round}:${index}`, fields))
    },
  }
}

async function removeLists(client: Client, name: string): Promise<void> {
  await Promise.all(Array.from({ length: lists }, (_, index) => client.del(`floor:${name}:${index}`)))
}

function storedMessages(count: number): string[] {
  return textMessages(count).map(({ id, role, content }, index) =>
    JSON.stringify({ id, seq: index + 1, role, content, createdAt: 1_760_000_000_000 }),
  )
}

/** As many fields and bytes as a careful developer would give a session. */
function sessionFields(): Record<string, string> {
  const { id, owner: of, tags, data } = newSession(owner())
  const instant = '1760000000000'
  return {
    id,
    orgId: of.orgId,
    userId: of.userId,
    status: 'active',
    version: '1',
    tags: JSON.stringify(tags),
    data: JSON.stringify(data),
    createdAt: instant,
    updatedAt: instant,
    lastActiveAt: instant,
    expiresAt: instant,
  }
}
