import {
  assertWritable,
  contextPlace,
  frozenJson,
  type JsonValue,
  jsonBytes,
  SessError,
  type SessionRef,
  type SetContextOptions,
} from '@sess/core'
import type { ContextEntry } from './entries.ts'
import { recordActivity } from './expiry.ts'
import { keep, readKept } from './kept.ts'
import { requireSession } from './lookup.ts'
import type { MemoryState } from './memory-state.ts'
import { isDone, rememberDone } from './operations.ts'

export function getContext(state: MemoryState, ref: SessionRef, key: string, now: number): JsonValue | undefined {
  const { codec, context } = requireSession(state, ref, now)
  const entry = context?.get(key)
  return entry === undefined ? undefined : readKept(codec, entry.value, contextPlace(key))
}

export function listContext(state: MemoryState, ref: SessionRef, now: number): [string, JsonValue][] {
  const { codec, context } = requireSession(state, ref, now)
  const entries = Array.from(context ?? [], ([key, { value }]): [string, JsonValue] => [
    key,
    readKept(codec, value, contextPlace(key)),
  ])
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

export function setContext(
  state: MemoryState,
  ref: SessionRef,
  entries: readonly (readonly [string, JsonValue])[],
  options: SetContextOptions,
  now: number,
): void {
  const session = requireSession(state, ref, now)
  if (isDone(session, options.operationId)) return
  assertWritable(session)
  const changes = new Map<string, ContextEntry>()
  for (const [key, value] of entries) {
    const copy = frozenJson(value, `context.${key}`)
    const bytes = jsonBytes(key) + jsonBytes(copy)
    changes.set(key, { value: keep(session.codec, copy, contextPlace(key)), bytes })
  }
  const context = session.context ?? new Map<string, ContextEntry>()
  let keys = context.size
  let bytes = session.contextBytes
  for (const [key, change] of changes) {
    const before = context.get(key)
    if (before === undefined) keys++
    bytes += change.bytes - (before?.bytes ?? 0)
  }
  assertWithin('keys', keys, options.maxKeys)
  assertWithin('bytes', bytes, options.maxBytes)
  for (const [key, change] of changes) context.set(key, change)
  session.context = context
  session.contextBytes = bytes
  recordActivity(state, session, now)
  rememberDone(session, options.operationId)
}

export function deleteContext(
  state: MemoryState,
  ref: SessionRef,
  key: string,
  operationId: string,
  now: number,
): boolean {
  const session = requireSession(state, ref, now)
  if (isDone(session, operationId)) return true
  assertWritable(session)
  const value = session.context?.get(key)
  if (value === undefined) return false
  session.context?.delete(key)
  session.contextBytes -= value.bytes
  recordActivity(state, session, now)
  rememberDone(session, operationId)
  return true
}

function assertWithin(unit: 'keys' | 'bytes', count: number, limit: number | null): void {
  if (limit === null || count <= limit) return
  throw new SessError('CONTEXT_LIMIT_REACHED', `at most ${limit} ${unit} of context are allowed`, { limit, unit })
}
