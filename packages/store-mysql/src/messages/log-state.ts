/** What is known of the messages of a chat without reading them. */
export interface LogState {
  readonly log: Buffer
  firstSeq: number
  lastSeq: number
  /** Newest message where a history may begin: no call is open before it and it answers none. */
  beginningSeq: number
  /** No message after this one is anything else. */
  markedSeq: number
  openCalls: number
}

/** What the rule of trimming asks about a message. */
export interface Mark {
  readonly begins: boolean
  readonly hasResults: boolean
}

/** Adds a message with so many results of earlier calls and calls of its own. Answers the calls that were open before it. */
export function addMessage(
  log: LogState,
  { results, calls }: { readonly results: number; readonly calls: number },
): number {
  const openBefore = log.openCalls
  log.lastSeq++
  if (openBefore === 0 && results === 0) log.beginningSeq = log.lastSeq
  else log.markedSeq = log.lastSeq
  log.openCalls = Math.max(0, openBefore - results) + calls
  return openBefore
}

/** A seq whose mark must be looked up first. */
export interface MissingMark {
  readonly missing: number
}

/**
 * Where a chat that keeps `maxMessages` begins after an append, by the rule of `MessageLog`. Mostly that is known at
 * once; only where tool calls are near to the edge the marks of some messages are asked for.
 */
export function historyStart(
  log: LogState,
  maxMessages: number,
  markAt: (seq: number) => Mark | undefined,
): number | MissingMark {
  const { firstSeq, lastSeq, beginningSeq, markedSeq } = log
  const oldest = lastSeq - maxMessages + 1
  if (oldest <= firstSeq) return firstSeq
  if (markedSeq < oldest) return oldest
  if (beginningSeq >= oldest) return firstWith(oldest, beginningSeq, markAt, ({ begins }) => begins)
  if (beginningSeq >= firstSeq && lastSeq - beginningSeq + 1 < 2 * maxMessages) return beginningSeq
  return firstWith(oldest, lastSeq + 1, markAt, ({ hasResults }) => !hasResults)
}

/** The first seq from `from` on whose mark is wanted, `end` if there is none before. */
function firstWith(
  from: number,
  end: number,
  markAt: (seq: number) => Mark | undefined,
  isWanted: (mark: Mark) => boolean,
): number | MissingMark {
  for (let seq = from; seq < end; seq++) {
    const mark = markAt(seq)
    if (mark === undefined) return { missing: seq }
    if (isWanted(mark)) return seq
  }
  return end
}
