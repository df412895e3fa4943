import type { AgentEvent, AgentMessage } from './agent.ts'
import { checkedMessage, checkedUsage } from './checked-message.ts'
import { invalidArgument } from './errors.ts'
import { newId } from './id.ts'
import { assertBytes, utf8Bytes } from './json.ts'
import {
  messageText,
  type NewMessage,
  outsideResults,
  type Part,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
  unansweredCalls,
} from './message.ts'
import { syntheticResult } from './repair-history.ts'

/** Turns what an agent says into messages: deltas into one message, whole messages as they are. */
export class Transcript {
  readonly #turnId: string
  readonly #maxBytes: number
  readonly #openCalls = new Map<string, ToolCallPart>()
  #text = ''
  #reasoning = ''
  #bytes = 0
  #usage: Usage | null = null
  /** The id of the message that the deltas are going to be: stable, so that storing it again is safe. */
  #pendingId = newId()

  constructor(turnId: string, maxBytes: number) {
    this.#turnId = turnId
    this.#maxBytes = maxBytes
  }

  /** What the deltas make up so far, which is in no message yet. */
  get said(): { readonly text: string; readonly reasoning: string } {
    return { text: this.#text, reasoning: this.#reasoning }
  }

  /** The last usage the agent told. */
  get usage(): Usage | null {
    return this.#usage
  }

  /**
   * Takes an event in. @returns the messages that are whole now, to be stored in order.
   *
   * @throws {@link SessError} `TOO_LARGE`, `INVALID_ARGUMENT` if the agent says what can't be kept; what came before is.
   */
  take(event: AgentEvent): readonly NewMessage[] {
    if (typeof event === 'string') return this.#delta('text', event)
    if (event.type === 'text' || event.type === 'reasoning') return this.#delta(event.type, event.text)
    if (event.type === 'usage') {
      this.#usage = checkedUsage(event.usage, 'event.usage')
      return []
    }
    if (event.type === 'message') return this.#whole(event.message)
    throw invalidArgument('event.type', "must be 'text', 'reasoning', 'message' or 'usage'")
  }

  /**
   * Takes in what the turn's tools ask to be kept: calls go with the deltas before them into one message, results into one
   * that goes before them. @returns the message.
   *
   * @throws {@link SessError} `TOO_LARGE`, `INVALID_ARGUMENT`; the deltas are as they were.
   */
  keep(parts: readonly ToolCallPart[] | readonly ToolResultPart[]): readonly NewMessage[] {
    const isCall = parts[0]?.type === 'tool-call'
    const said = isCall ? this.#saidParts() : []
    const body = isCall ? { id: this.#pendingId, role: 'assistant' as const } : { role: 'tool' as const }
    const usage = isCall && this.#usage !== null ? { usage: this.#usage } : {}
    const message = checkedMessage({ ...body, ...usage, content: [...said, ...parts] }, this.#maxBytes, 'tools')
    return [Object.freeze({ ...message, turnId: this.#turnId })]
  }

  /** The message that the deltas make up so far, or none. Stays pending until `stored` is told. */
  pending(interrupted: boolean): readonly NewMessage[] {
    if (this.#text === '' && this.#reasoning === '') return []
    const content = this.#reasoning === '' ? this.#text.toWellFormed() : Object.freeze(this.#saidParts())
    const message: { -readonly [Key in keyof NewMessage]: NewMessage[Key] } = {
      id: this.#pendingId,
      role: 'assistant',
      content,
      turnId: this.#turnId,
    }
    if (this.#usage !== null) message.usage = this.#usage
    if (interrupted) message.interrupted = true
    return [Object.freeze(message)]
  }

  /** The text of a whole message that did not come as deltas before, so that whoever shows text shows all of it, once. */
  unstreamed(messages: readonly NewMessage[]): string {
    const [message] = messages
    if (message?.role !== 'assistant' || message.id === this.#pendingId) return ''
    const text = messageText(message)
    return text.startsWith(this.#text) ? text.slice(this.#text.length) : ''
  }

  /** What is left to say when the turn is over: results for the calls that nobody will answer any more. */
  closing(): readonly NewMessage[] {
    if (this.#openCalls.size === 0) return []
    const content = Object.freeze([...this.#openCalls.values()].map(syntheticResult))
    return [Object.freeze({ id: newId(), role: 'tool', content, turnId: this.#turnId })]
  }

  /** Tells that messages are in the store. */
  stored(messages: readonly NewMessage[]): void {
    for (const message of messages) {
      // It is what the deltas made up, or it supersedes them.
      if (message.role === 'assistant') this.#clear()
      for (const call of unansweredCalls(message.content)) this.#openCalls.set(call.callId, call)
      for (const result of outsideResults(message.content)) this.#openCalls.delete(result.callId)
    }
  }

  #delta(kind: 'text' | 'reasoning', text: unknown): readonly NewMessage[] {
    if (typeof text !== 'string') throw invalidArgument('event.text', 'must be a string')
    // A stream may cut a surrogate pair in two; only the whole text has to be well-formed.
    const bytes = utf8Bytes(text)
    assertBytes('answer', this.#bytes + bytes, this.#maxBytes)
    this.#bytes += bytes
    if (kind === 'text') this.#text += text
    else this.#reasoning += text
    return []
  }

  #whole(input: AgentMessage): readonly NewMessage[] {
    if (input.role !== 'assistant' && input.role !== 'tool')
      throw invalidArgument('event.message.role', "must be 'assistant' or 'tool'")
    const checked = checkedMessage(input, this.#maxBytes, 'event.message')
    const message = Object.freeze({ ...checked, turnId: this.#turnId })
    return input.role === 'tool' ? [...this.pending(false), message] : [message]
  }

  /** The deltas as parts. An interruption may have cut a surrogate pair in two. */
  #saidParts(): Part[] {
    const parts: Part[] = []
    if (this.#reasoning !== '') parts.push(Object.freeze({ type: 'reasoning', text: this.#reasoning.toWellFormed() }))
    if (this.#text !== '') parts.push(Object.freeze({ type: 'text', text: this.#text.toWellFormed() }))
    return parts
  }

  #clear(): void {
    this.#text = ''
    this.#reasoning = ''
    this.#bytes = 0
    this.#pendingId = newId()
  }
}
