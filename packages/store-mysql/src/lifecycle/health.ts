import type { JsonObject, StoreHealth } from '@sess/core'
import { SessError } from '@sess/core'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { readSchema, schemaProblem } from '../schema/read-schema.ts'
import type { StoreParts } from '../store-parts.ts'
import { type ServerFacts, serverFacts } from './server-facts.ts'

/** A packet below this is too small for messages of the default size, which is 1 MiB, twice that when escaped. */
const smallestPacketBytes = 4 * 1024 * 1024

/** From so long on an answer to the shortest of statements is a problem. */
const slowMs = 500

/** Asks the server. That it is down is an answer: then the clock is that of the answer before, or 0. */
export async function storeHealth(
  parts: StoreParts,
  call: Call,
  prefix: string,
  lastNow: number,
): Promise<StoreHealth> {
  const startedAt = performance.now()
  const pool = parts.database.source.figures()
  try {
    return await parts.database.read(call, async (reader) => {
      const askedAt = performance.now()
      const facts = await serverFacts(reader)
      const latencyMs = performance.now() - askedAt
      const obstacles = await obstaclesOf(parts, reader, facts, prefix)
      const problems = [...obstacles, ...slownessOf(latencyMs), ...threatsOf(facts)]
      return { ok: obstacles.length === 0, now: facts.now, latencyMs, problems, details: detailsOf(facts, pool) }
    })
  } catch (error) {
    if (!(error instanceof SessError) || error.code !== 'STORE_UNAVAILABLE') throw error
    return {
      ok: false,
      now: lastNow,
      latencyMs: performance.now() - startedAt,
      problems: [`${error.message}.`],
      details: { ...pool },
    }
  }
}

/** What keeps the store from reading and writing. */
async function obstaclesOf(
  { builder }: StoreParts,
  reader: Transaction,
  facts: ServerFacts,
  prefix: string,
): Promise<readonly string[]> {
  const obstacles: string[] = []
  const schema = schemaProblem(await readSchema(reader, builder, prefix), prefix)
  if (schema !== null) obstacles.push(`${schema}.`)
  if (facts.isReadOnly) obstacles.push('The server is read-only: it takes no writes until a primary is back.')
  return obstacles
}

/** What works now, and fails sometimes. */
function threatsOf(facts: ServerFacts): string[] {
  const problems: string[] = []
  if (facts.maxPacketBytes < smallestPacketBytes)
    problems.push(
      `max_allowed_packet is ${facts.maxPacketBytes} bytes, which is too small for a message of 1 MiB: set it to 16M or more.`,
    )
  if (facts.isolation !== 'READ-COMMITTED')
    problems.push(`Connections have the isolation ${facts.isolation}: something in between sets them anew.`)
  if (facts.hasStatementLog)
    problems.push('binlog_format is STATEMENT, which cannot be used with READ COMMITTED: set it to ROW or MIXED.')
  return problems
}

function slownessOf(latencyMs: number): string[] {
  if (latencyMs < slowMs) return []
  return [`MySQL took ${Math.round(latencyMs)} ms to answer: it, its machine or the network is overloaded.`]
}

function detailsOf(facts: ServerFacts, pool: { readonly [name: string]: number }): JsonObject {
  const { version, maxPacketBytes, isolation, isEveryCommitSynced } = facts
  return { server: version, maxPacketBytes, isolation, everyCommitSynced: isEveryCommitSynced, ...pool }
}
