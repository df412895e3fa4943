import type { AppendResult } from '@sess/core'
import type { ChatEntry, ChatOperation, SessionEntry } from './entries.ts'
import type { MemoryState } from './memory-state.ts'

/** Operations a session or a chat remembers. */
const remembered = 16
/** How long, and how many of, the deletions of sessions are remembered: nothing else is left of those. */
const deletionMs = 600_000
const maxDeletions = 10_000

/** Whether this operation changed the session before. One that changed nothing may run again: it is not remembered. */
export function isDone(entry: SessionEntry, operationId: string): boolean {
  return entry.operations?.includes(operationId) ?? false
}

export function rememberDone(entry: SessionEntry, operationId: string): void {
  entry.operations ??= []
  entry.operations.push(operationId)
  if (entry.operations.length > remembered) entry.operations.shift()
}

/** What this operation did to the chat before. */
export function doneInChat(chat: ChatEntry, operationId: string): ChatOperation | undefined {
  return chat.operations?.find(({ id }) => id === operationId)
}

export function rememberInChat(chat: ChatEntry, id: string, result: AppendResult | null): void {
  chat.operations ??= []
  chat.operations.push({ id, result })
  if (chat.operations.length > remembered) chat.operations.shift()
}

/** Whether this operation deleted the session before. */
export function isDeleted(state: MemoryState, sessionId: string, operationId: string, now: number): boolean {
  const deletion = state.deletions.get(operationId)
  return deletion !== undefined && deletion.sessionId === sessionId && now - deletion.deletedAt < deletionMs
}

export function rememberDeletion(state: MemoryState, sessionId: string, operationId: string, now: number): void {
  const { deletions } = state
  deletions.set(operationId, { sessionId, deletedAt: now })
  for (const [id, { deletedAt }] of deletions) {
    if (deletions.size <= maxDeletions && now - deletedAt < deletionMs) break
    deletions.delete(id)
  }
}
