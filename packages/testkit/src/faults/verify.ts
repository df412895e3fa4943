import { type ChatRef, isSessError, type Message, newSessionId, type Store } from '@sess/core'
import type { Ledger, Sent } from './ledger.ts'
import type { Load } from './load.ts'

export interface VerifyOptions {
  /** Whether all that was acknowledged has to be there. @default true */
  readonly lossless?: boolean | undefined
  /** A call may take so long, and a busy machine a little more. */
  readonly timeoutMs: number
  /** What may be answered besides `STORE_UNAVAILABLE`. */
  readonly alsoAnswered?: readonly string[] | undefined
}

/** Holds a store to what it answered. @returns what is wrong, in sentences; nothing if all is well. */
export async function violations(load: Load, store: Store, options: VerifyOptions): Promise<readonly string[]> {
  const { ledger } = load
  const found = [...failureViolations(ledger, options), ...fenceViolations(ledger)]
  for (const { chat, messages } of ledger.sent.values())
    found.push(...messageViolations(messages, await allMessages(store, chat), options.lossless ?? true))
  found.push(...(await sessionViolations(load, store, options.lossless ?? true)))
  return found
}

/** How far a call may overrun its deadline on a machine that does other things too. */
const lateMs = 2_500

function failureViolations({ failures }: Ledger, { timeoutMs, alsoAnswered = [] }: VerifyOptions): string[] {
  const known = new Set([
    'STORE_UNAVAILABLE',
    'SESSION_LIMIT_REACHED',
    'TURN_LOST',
    'TURN_IN_PROGRESS',
    ...alsoAnswered,
  ])
  return failures.flatMap(({ call, code, tookMs }) => {
    if (!known.has(code)) return [`${call} failed with ${code}`]
    return tookMs > timeoutMs + lateMs ? [`${call} took ${Math.round(tookMs)} ms to fail`] : []
  })
}

function fenceViolations({ fences }: Ledger): string[] {
  return [...fences.values()].flatMap((granted) =>
    granted.flatMap((fence, index) => {
      const before = granted[index - 1] ?? 0
      return fence > before ? [] : [`fence ${fence} was granted after ${before}`]
    }),
  )
}

/** Compares what was said of the messages of one chat with what is there. */
export function messageViolations(
  sent: readonly Sent[],
  stored: readonly Pick<Message, 'id' | 'seq' | 'content'>[],
  lossless: boolean,
): string[] {
  const found: string[] = []
  const byId = new Map<string, Pick<Message, 'id' | 'seq' | 'content'>>()
  for (const [index, message] of stored.entries()) {
    if (byId.has(message.id)) found.push(`message ${message.id} is there twice`)
    byId.set(message.id, message)
    if (message.seq !== (stored[0]?.seq ?? 0) + index) found.push(`seq ${message.seq} stands at place ${index + 1}`)
  }
  const lastOf = new Map<number, number>()
  for (const { id, content, writer, outcome } of sent) {
    const there = byId.get(id)
    byId.delete(id)
    if (outcome === 'not-written' && there !== undefined) found.push(`"${content}" is there, and was said not to be`)
    if (there !== undefined && there.content !== content) found.push(`"${content}" has other content`)
    if (typeof outcome === 'object') {
      if (there === undefined && lossless) found.push(`"${content}" was acknowledged, and is lost`)
      if (there !== undefined && there.seq !== outcome.seq && lossless) found.push(`"${content}" has moved`)
    }
    // What nobody knew of may come late: given up by its caller, it may still have been in the hands of the driver.
    if (there === undefined || outcome === 'unknown') continue
    if (there.seq < (lastOf.get(writer) ?? 0)) found.push(`"${content}" stands before an earlier one of its writer`)
    lastOf.set(writer, there.seq)
  }
  for (const { id } of byId.values()) found.push(`nobody sent message ${id}`)
  return found
}

/** Lists, counts and limits against what is there; then the limit is filled: it must be reached, and hold. */
async function sessionViolations({ ledger, owner, quotas }: Load, store: Store, lossless: boolean): Promise<string[]> {
  const found: string[] = []
  const limit = quotas.user ?? 0
  const listed = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const page = await store.listSessions({ ...owner }, { cursor, limit: 100 })
    for (const { id } of page.items) listed.add(id)
    if (page.nextCursor === null) break
    cursor = page.nextCursor
  }
  const counted = await store.countSessions({ ...owner })
  if (counted !== listed.size) found.push(`${counted} sessions are counted, and ${listed.size} listed`)
  if (counted > limit) found.push(`${counted} sessions are there at a limit of ${limit}`)
  for (const id of ledger.sessions)
    if (lossless && !listed.has(id)) found.push(`session ${id} was acknowledged, and is not listed`)
  for (const id of ledger.refused)
    if (listed.has(id)) found.push(`session ${id} was said not to be made, and is listed`)
  for (const id of ledger.removed)
    if (lossless && listed.has(id)) found.push(`session ${id} was removed, and is listed`)
  const { messages } = await store.stats({ ...owner })
  let there = 0
  for (const { chat } of ledger.sent.values()) there += (await allMessages(store, chat)).length
  if (messages !== there) found.push(`${messages} messages are counted, and ${there} are there`)

  let made = counted
  for (; made <= limit; made++) {
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    const session = { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
    try {
      await store.createSession(session, { quotas, ifKeyTaken: 'reject' })
    } catch (error) {
      if (!isSessError(error, 'SESSION_LIMIT_REACHED')) throw error
      break
    }
  }
  if (made !== limit) found.push(`${made} sessions fit under a limit of ${limit}`)
  return found
}

async function allMessages(store: Store, chat: ChatRef): Promise<readonly Message[]> {
  const messages: Message[] = []
  try {
    for (let after = 0; ; ) {
      const page = await store.readMessages(chat, { after, limit: 1000 })
      messages.push(...page.messages)
      after = page.messages.at(-1)?.seq ?? page.lastSeq
      if (after >= page.lastSeq) return messages
    }
  } catch (error) {
    if (isSessError(error, 'CHAT_NOT_FOUND') || isSessError(error, 'SESSION_NOT_FOUND')) return []
    throw error
  }
}
