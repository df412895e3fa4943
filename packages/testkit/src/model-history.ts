import {
  type AppendResult,
  bodyOf,
  frozenJson,
  jsonEquals,
  type Message,
  type NewMessage,
  outsideResults,
  SessError,
  type StoredChat,
  unansweredCalls,
} from '@sess/core'

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

/** A chat, with all it ever had but what was rewritten. */
export interface ModelChat
  extends Writable<Omit<StoredChat, 'firstSeq' | 'lastSeq' | 'openCalls' | 'turnExpiresAt' | 'recentResponseMs'>> {
  /** All that were ever appended and not rewritten; those before `firstSeq` are trimmed away. */
  all: Message[]
  beginsAt: number
  firstSeq: number
  times: number[]
  done: Map<string, AppendResult | null>
  turn: { id: string; fence: number; runs: boolean; leaseEndsAt: number; interrupted: boolean }
}

/** The messages that were not trimmed away. */
export const kept = (chat: ModelChat): Message[] => chat.all.filter(({ seq }) => seq >= chat.firstSeq)
/** Tool calls that are open after these messages. */
const openAfter = (messages: readonly Message[]): number =>
  messages.reduce(
    (open, { content }) => Math.max(0, open - outsideResults(content).length) + unansweredCalls(content).length,
    0,
  )
/** The rule of `MessageLog`, over all messages there ever were. */
function trimmedFirstSeq(chat: ModelChat, max: number): number {
  const messages = kept(chat)
  if (messages.length <= max) return chat.firstSeq
  const isResult = ({ content }: Message): boolean => outsideResults(content).length > 0
  const begins = (message: Message): boolean =>
    !isResult(message) && openAfter(chat.all.slice(0, chat.all.indexOf(message))) === 0
  const newest = messages.slice(-max)
  const before = messages.slice(0, -max).findLast(begins)
  const start =
    newest.find(begins) ??
    (before !== undefined && messages.length - messages.indexOf(before) < 2 * max ? before : undefined) ??
    newest.find((message) => !isResult(message))
  return start?.seq ?? chat.beginsAt + chat.all.length
}
export interface Plan extends Pick<AppendResult, 'seqs' | 'written'> {
  readonly left: readonly Message[]
  readonly added: readonly Message[]
  readonly conflictId: string | null
}

/** What it would mean to put messages in the place of those after `last`. */
export function planned(chat: ModelChat, last: number, messages: readonly NewMessage[], now: number): Plan {
  const left = chat.all.filter(({ seq }) => seq <= last)
  const added: Message[] = []
  let conflictId: string | null = null
  const seqs = messages.map((message) => {
    const there = [...left.filter(({ seq }) => seq >= chat.firstSeq), ...added].find(({ id }) => id === message.id)
    if (there !== undefined && !jsonEquals(bodyOf(there), bodyOf(message))) conflictId ??= message.id
    if (there !== undefined) return there.seq
    const seq = chat.beginsAt + left.length + added.length
    const copy = frozenJson(message, 'message') as unknown as NewMessage
    added.push({ ...copy, seq, createdAt: message.createdAt ?? now })
    return seq
  })
  const written = seqs.map((seq, at) => added.some((message) => message.seq === seq) && seqs.indexOf(seq) === at)
  return { left, added, conflictId, seqs, written }
}
export function write(chat: ModelChat, { left, added, conflictId, seqs, written }: Plan, now: number): AppendResult {
  if (conflictId !== null) throw new SessError('MESSAGE_CONFLICT', '', { messageId: conflictId })
  const limit = chat.maxMessages ?? Infinity
  const length = left.filter(({ seq }) => seq >= chat.firstSeq).length + added.length
  if (chat.overflow === 'reject' && added.length > 0 && length > limit) {
    throw new SessError('MESSAGE_LIMIT_REACHED', '', { limit })
  }
  chat.all = [...left, ...added]
  if (added.length > 0) chat.lastMessageAt = now
  if (chat.overflow === 'trim-oldest') chat.firstSeq = trimmedFirstSeq(chat, limit)
  return { seqs, written, storedAt: now, firstSeq: chat.firstSeq }
}
export const lastSeqOf = (chat: ModelChat): number => chat.beginsAt + chat.all.length - 1

export function assertFence({ turn }: ModelChat, fence: number): void {
  if (!turn.runs || turn.fence !== fence) throw new SessError('TURN_LOST', '', { fence })
}
export function chatRecord({ all, beginsAt, times, done, turn, ...record }: ModelChat): StoredChat {
  const lastSeq = beginsAt + all.length - 1
  const turnExpiresAt = turn.runs ? turn.leaseEndsAt : null
  const computed = { lastSeq, openCalls: openAfter(all), turnExpiresAt, recentResponseMs: times.slice(-50) }
  return structuredClone({ ...record, ...computed })
}
