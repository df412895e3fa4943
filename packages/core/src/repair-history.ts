import { newId } from './id.ts'
import type { JsonValue } from './json.ts'
import type { Message, Part, ToolCallPart, ToolResultPart } from './message.ts'

/** A history in which every tool call is followed by its results, and what had to be done for it. */
export interface RepairedHistory {
  /** Messages that needed nothing are the same objects. `seq` is right only before the first one that did. */
  readonly messages: readonly Message[]
  /** Calls that were never answered and got a synthetic result. */
  readonly closedCalls: number
  /** Results that answered no call, or one that was answered already. */
  readonly droppedResults: number
  /** Results that stood apart from their call, or in a message that is no tool's, and were moved behind it. */
  readonly movedResults: number
}

/** The output of the result that sess makes for a call that was never answered. */
const lostCallOutput: JsonValue = Object.freeze({ error: 'The call was not completed; its outcome is unknown.' })

/**
 * Mends a history so that any provider takes it: no result without its call, no call without a result, none twice, and
 * only messages of tools between a call and its result. A healthy history comes back unchanged.
 */
export function repairHistory(messages: readonly Message[]): RepairedHistory {
  const runEnds = toolRunEnds(messages)
  const { calls, droppedResults } = matchResults(messages, runEnds)
  const staying = new Map<number, Set<number>>()
  const waiting = new Map<number, Call[]>()
  for (const call of calls) {
    const runEnd = runEnds[call.index] ?? call.index
    const { answer } = call
    if (answer !== null && answer.index <= runEnd) mapped(staying, answer.index, () => new Set()).add(answer.part)
    else mapped(waiting, runEnd, () => []).push(call)
  }
  const rests = messages.map((message, index) => withoutResults(message, staying.get(index)))
  const output: Message[] = []
  const usedIds = new Set<string>()
  let closedCalls = 0
  let movedResults = 0

  for (const [index, message] of messages.entries()) {
    const rest = rests[index]
    if (rest) output.push(rest)
    const unsettled = waiting.get(index) ?? []
    const places = unsettled.flatMap((call) => call.answer ?? [])
    for (const source of new Set(places.map((place) => place.index))) {
      const from = messages[source]
      if (from === undefined) continue
      const results = places.flatMap((place) => (place.index === source ? (from.content[place.part] as Part) : []))
      // What is left of a message keeps its id: a caller may send it again by that.
      const id = rests[source] || usedIds.has(from.id) ? newId() : from.id
      usedIds.add(id)
      movedResults += results.length
      output.push(Object.freeze({ ...from, id, role: 'tool', content: Object.freeze(results) }))
    }
    const lost = unsettled.filter((call) => call.answer === null)
    if (lost.length === 0) continue
    closedCalls += lost.length
    const content = Object.freeze(lost.map((call) => syntheticResult(call.part)))
    output.push(Object.freeze({ id: newId(), seq: message.seq, role: 'tool', content, createdAt: message.createdAt }))
  }
  return { messages: output, closedCalls, droppedResults, movedResults }
}

/** The result for a call that nobody will answer any more. */
export function syntheticResult(call: ToolCallPart): ToolResultPart {
  return Object.freeze({
    type: 'tool-result',
    callId: call.callId,
    name: call.name,
    output: lostCallOutput,
    isError: true,
    synthetic: true,
  })
}

interface Call {
  readonly part: ToolCallPart
  /** Of its message. */
  readonly index: number
  /** The first result with its id that comes after it: which part of which message. */
  answer: { readonly index: number; readonly part: number } | null
}

/** Which result answers which call. The others are dropped. */
function matchResults(
  messages: readonly Message[],
  runEnds: readonly number[],
): {
  readonly calls: readonly Call[]
  readonly droppedResults: number
} {
  const open = new Map<string, readonly Call[]>()
  const calls: Call[] = []
  let droppedResults = 0
  for (const [index, { content }] of messages.entries()) {
    if (typeof content === 'string') continue
    for (const [place, part] of content.entries()) {
      if (part.type === 'tool-call') {
        const call: Call = { part, index, answer: null }
        calls.push(call)
        // A provider may count its calls anew in each turn: those of an earlier one are given up then.
        const others = open.get(part.callId)?.filter((other) => (runEnds[other.index] ?? 0) >= index) ?? []
        open.set(part.callId, [...others, call])
      }
      if (part.type !== 'tool-result') continue
      const [call, ...others] = open.get(part.callId) ?? []
      if (call === undefined) droppedResults++
      else call.answer = { index, part: place }
      open.set(part.callId, others)
    }
  }
  return { calls, droppedResults }
}

/** For each message the last one that only messages of tools part it from: as far as its results may come. */
function toolRunEnds(messages: readonly Message[]): readonly number[] {
  const ends = messages.map((_, index) => index)
  for (let index = messages.length - 2; index >= 0; index--) {
    if (messages[index + 1]?.role === 'tool') ends[index] = ends[index + 1] ?? index
  }
  return ends
}

/** The message with only those of its results that stay where they are; null if nothing is left of it. */
function withoutResults(message: Message, staying: ReadonlySet<number> | undefined): Message | null {
  const { content } = message
  if (typeof content === 'string') return message
  const kept = content.filter((part, place) => part.type !== 'tool-result' || staying?.has(place))
  if (kept.length === content.length) return message
  return kept.length === 0 ? null : Object.freeze({ ...message, content: Object.freeze(kept) })
}

function mapped<Value>(map: Map<number, Value>, key: number, make: () => Value): Value {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
