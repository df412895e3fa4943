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
  /** Results that stood apart from their call and were moved behind it. */
  readonly movedResults: number
}

/** The output of the result that sess makes for a call that was never answered. */
export const lostCallOutput: JsonValue = Object.freeze({ error: 'The call was not completed; its outcome is unknown.' })

/**
 * Mends a history so that any provider takes it: no result without its call, no call without a result, each result right
 * behind its call, none twice. A healthy history comes back unchanged.
 */
export function repairHistory(messages: readonly Message[]): RepairedHistory {
  const { answers, strays } = matchResults(messages)
  const output: Message[] = []
  const usedIds = new Set<string>()
  let closedCalls = 0
  let movedResults = 0

  const emit = (message: Message, content: readonly Part[], role: Message['role']): void => {
    if (content.length === 0) return
    const same = content.length === message.content.length && role === message.role && !usedIds.has(message.id)
    const id = usedIds.has(message.id) ? newId() : message.id
    usedIds.add(id)
    output.push(same ? message : Object.freeze({ ...message, id, role, content: Object.freeze(content) }))
  }

  messages.forEach((message, index) => {
    if (typeof message.content === 'string') {
      output.push(message)
      return
    }
    const ownResults = new Set<Part>(
      callsIn(message.content)
        .map((call) => answers.get(call)?.result)
        .filter((part) => part !== undefined),
    )
    emit(
      message,
      message.content.filter((part) => part.type !== 'tool-result' || ownResults.has(part)),
      message.role,
    )
    const outside = callsIn(message.content).filter((call) => answers.get(call)?.message !== message)
    for (const source of new Set(outside.map((call) => answers.get(call)?.message))) {
      if (source === undefined) continue
      const results = new Set<Part>(
        outside
          .map((call) => answers.get(call))
          .filter((answer) => answer?.message === source)
          .map((answer) => answer?.result as Part),
      )
      emit(
        source,
        (source.content as readonly Part[]).filter((part) => results.has(part)),
        'tool',
      )
      if (messages.slice(index + 1, messages.indexOf(source)).some((between) => between.role !== 'tool'))
        movedResults += results.size
    }
    const lost = outside.filter((call) => !answers.has(call))
    if (lost.length === 0) return
    closedCalls += lost.length
    output.push(
      Object.freeze({
        id: newId(),
        seq: message.seq,
        role: 'tool',
        content: Object.freeze(lost.map(syntheticResult)),
        createdAt: message.createdAt,
      }),
    )
  })
  return { messages: output, closedCalls, droppedResults: strays, movedResults }
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

interface Answer {
  readonly result: ToolResultPart
  readonly message: Message
}

/** Which result answers which call: the first that comes after it with its id. The others are strays. */
function matchResults(messages: readonly Message[]): {
  readonly answers: Map<ToolCallPart, Answer>
  readonly strays: number
} {
  const open = new Map<string, ToolCallPart>()
  const answers = new Map<ToolCallPart, Answer>()
  let strays = 0
  for (const message of messages) {
    if (typeof message.content === 'string') continue
    for (const part of message.content) {
      if (part.type === 'tool-call') open.set(part.callId, part)
      if (part.type !== 'tool-result') continue
      const call = open.get(part.callId)
      if (call === undefined) strays++
      else answers.set(call, { result: part, message })
      open.delete(part.callId)
    }
  }
  return { answers, strays }
}

function callsIn(content: readonly Part[]): readonly ToolCallPart[] {
  return content.filter((part): part is ToolCallPart => part.type === 'tool-call')
}
