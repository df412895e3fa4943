import { invalidArgument, type JsonValue, type StatsScope, type StoreHealth, type StoreStats } from '@sess/core'
import { countLiving } from './capacity.ts'
import { lapseExpired } from './expiry.ts'
import { findScope, type MemoryState } from './memory-state.ts'
import { latestActivity } from './scope.ts'

export function storeStats(state: MemoryState, { orgId, userId }: StatsScope, now: number): StoreStats {
  if (userId !== undefined && orgId === undefined) throw invalidArgument('scope.userId', 'needs an orgId')
  lapseExpired(state, now)
  const scope = findScope(state, orgId, userId)
  const { active = 0, paused = 0, archived = 0, closed = 0 } = scope?.counts ?? {}
  return {
    sessions: { active, paused, archived, closed },
    users: scope?.users ?? 0,
    chats: scope?.chats ?? 0,
    messages: scope?.messages ?? 0,
    oldestSessionAt: scope?.byId.first?.createdAt ?? null,
    newestSessionAt: scope?.byId.last?.createdAt ?? null,
    lastActiveAt: scope === undefined ? null : latestActivity(scope),
  }
}

export function storeHealth(state: MemoryState, now: number): StoreHealth {
  lapseExpired(state, now)
  const living = countLiving(state.scope)
  const { maxSessions, recency } = state.capacity
  const waiting = state.sessions.size - living
  const problems: string[] = []
  if (recency === null && state.sessions.size >= maxSessions) {
    problems.push(`All ${maxSessions} places are taken: no session can be created until one is deleted or swept.`)
  }
  if (recency !== null && waiting >= maxSessions) {
    problems.push(
      'As many expired sessions wait as may be kept: sweep more often, or the oldest are forgotten unswept.',
    )
  }
  const details: Record<string, JsonValue> = { sessions: living, expired: waiting, ...processMemory() }
  if (maxSessions !== Infinity) details.maxSessions = maxSessions
  return { ok: true, now, latencyMs: 0, problems, details }
}

/** What this process takes, where the runtime says so. */
function processMemory(): { readonly [name: string]: number } {
  const { process } = globalThis as {
    process?: { memoryUsage?: () => { readonly rss: number; readonly heapUsed: number } }
  }
  const memory = process?.memoryUsage?.()
  return memory === undefined ? {} : { rssBytes: memory.rss, heapUsedBytes: memory.heapUsed }
}
