import type { AgentMessage, JsonObject, JsonValue, Part, ToolResultPart, Usage, WantedCall } from '@sess/core'
import type { LanguageModelUsage, TextStreamPart, ToolSet } from 'ai'

/**
 * Gathers what a model says in one step, from the parts of the AI SDK's stream, into whole messages.
 *
 * They come when the step is over. Of a step that is cut short, sess keeps the text it has seen as deltas, and no tool call:
 * a call without its result would only have to be mended.
 */
export class ReplyStep {
  readonly #isSessionTool: (name: string) => boolean
  #said: Part[] = []
  #sessionCalls: WantedCall[] = []
  #results: ToolResultPart[] = []

  /** @param isSessionTool whose calls sess keeps: they are in no message of the step. */
  constructor(isSessionTool: (name: string) => boolean) {
    this.#isSessionTool = isSessionTool
  }

  /** The calls of the session's tools that the last step ended with, once. */
  takeSessionCalls(): readonly WantedCall[] {
    const calls = this.#sessionCalls
    this.#sessionCalls = []
    return calls
  }

  /** @returns the messages of the step, when the part is its last. */
  take(part: TextStreamPart<ToolSet>): readonly AgentMessage[] {
    if (part.type === 'text-delta') this.#append('text', part.text)
    else if (part.type === 'reasoning-delta') this.#append('reasoning', part.text)
    else if (part.type === 'tool-call') {
      const { toolCallId: callId, toolName: name, input, providerMetadata } = part
      const metadata = providerMetadata === undefined ? {} : { metadata: providerMetadata as JsonObject }
      const call = { callId, name, input: (input ?? {}) as JsonObject, ...metadata }
      if (this.#isSessionTool(name) && part.invalid !== true) this.#sessionCalls.push(call)
      else this.#said.push({ type: 'tool-call', ...call })
    } else if (part.type === 'tool-result') this.#result(part, part.output, false)
    else if (part.type === 'tool-error') this.#result(part, errorText(part.error), true)
    else if (part.type === 'finish-step') return this.#end(usageOf(part.usage))
    return []
  }

  #append(type: 'text' | 'reasoning', text: string): void {
    const last = this.#said.at(-1)
    if (last?.type === type) this.#said[this.#said.length - 1] = { type, text: last.text + text }
    else this.#said.push({ type, text })
  }

  #result(call: { readonly toolCallId: string; readonly toolName: string }, output: unknown, isError: boolean): void {
    const result = { type: 'tool-result', callId: call.toolCallId, name: call.toolName } as const
    this.#results.push({ ...result, output: (output ?? null) as JsonValue, ...(isError ? { isError } : {}) })
  }

  #end(usage: Usage): readonly AgentMessage[] {
    const messages: AgentMessage[] = []
    const [first, ...more] = this.#said
    // Sess keeps the text with the calls that come behind it, if no others do.
    const isKept = this.#sessionCalls.length > 0 && !this.#said.some(({ type }) => type === 'tool-call')
    if (first !== undefined && !isKept) {
      const content = first.type === 'text' && more.length === 0 ? first.text : this.#said
      messages.push({ role: 'assistant', content, usage })
    }
    if (this.#results.length > 0) messages.push({ role: 'tool', content: this.#results })
    this.#said = []
    this.#results = []
    return messages
  }
}

/** What an endpoint counted, without what it did not count. */
export function usageOf({ inputTokens, outputTokens, totalTokens }: LanguageModelUsage): Usage {
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(totalTokens === undefined ? {} : { totalTokens }),
  }
}

/** Both together. What neither has counted is left out. */
export function sumOf(first: Usage, second: Usage): Usage {
  const names = ['inputTokens', 'outputTokens', 'totalTokens'] as const
  const counted = names.filter((name) => first[name] !== undefined || second[name] !== undefined)
  return Object.fromEntries(counted.map((name) => [name, (first[name] ?? 0) + (second[name] ?? 0)]))
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
