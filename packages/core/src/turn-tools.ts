import { orAbort } from './abort.ts'
import { invalidArgument, isSessError, SessError } from './errors.ts'
import { newId } from './id.ts'
import type { Inbox } from './inbox.ts'
import type { JsonObject } from './json.ts'
import type { ToolCallPart, ToolResultPart } from './message.ts'
import type { ResourceHolder } from './resource-holder.ts'
import type { ToolCallOptions, ToolDefinition, ToolProvider, TurnTools, WantedCall } from './tool-provider.ts'

/** Parts that the turn is asked to keep in the chat as one message. */
export interface KeepRequest {
  readonly parts: readonly ToolCallPart[] | readonly ToolResultPart[]
  readonly kept: () => void
  readonly refused: (error: unknown) => void
}

/** The tools of one turn. It calls; the turn, which alone writes under the fence, keeps what it asks for. */
export class TurnToolbox implements TurnTools {
  readonly #provider: ToolProvider | null
  readonly #session: ResourceHolder
  readonly #inbox: Inbox<KeepRequest>
  /** Aborts when the turn is over, so that no tool works on for nobody. */
  readonly #over = new AbortController()

  constructor(provider: ToolProvider | null, session: ResourceHolder, inbox: Inbox<KeepRequest>) {
    this.#provider = provider
    this.#session = session
    this.#inbox = inbox
  }

  async list(): Promise<readonly ToolDefinition[]> {
    this.#over.signal.throwIfAborted()
    return (await this.#provider?.listTools(this.#session, { signal: this.#over.signal })) ?? []
  }

  async call(name: string, input: JsonObject = {}, options: ToolCallOptions = {}): Promise<ToolResultPart> {
    const [result] = await this.callAll([{ ...options, name, input }])
    if (result === undefined) throw new Error('a call has no result')
    return result
  }

  async callAll(calls: readonly WantedCall[]): Promise<readonly ToolResultPart[]> {
    this.#over.signal.throwIfAborted()
    const provider = this.#provider
    if (provider === null)
      throw new SessError('UNSUPPORTED', 'the manager was given no tools', { feature: 'turn.tools' })
    const parts = calls.map(({ name, input = {}, callId = newId(), metadata }): ToolCallPart => {
      return { type: 'tool-call', callId, name, input, ...(metadata !== undefined && { metadata }) }
    })
    if (new Set(parts.map(({ callId }) => callId)).size < parts.length)
      throw invalidArgument('calls', 'must have different ids')
    if (parts.length === 0) return []
    await this.#keep(parts)
    const results = await Promise.all(parts.map((part) => this.#result(provider, part)))
    try {
      await this.#keep(results)
      return results
    } catch (error) {
      if (!isSessError(error, 'TOO_LARGE') && !isSessError(error, 'INVALID_ARGUMENT')) throw error
      // The tools have run: that has to be said, even if what they answered can't be kept.
      const failures = parts.map((part) => failedResult(part, error))
      await this.#keep(failures)
      return failures
    }
  }

  /** The turn is over: what is under way is aborted, and nothing more can be called. */
  end(turnId: string): void {
    this.#over.abort(new SessError('TURN_INTERRUPTED', 'the turn is over', { turnId }))
  }

  async #result(provider: ToolProvider, part: ToolCallPart): Promise<ToolResultPart> {
    const { signal } = this.#over
    const { callId, name } = part
    try {
      const call = { callId, name, input: part.input as JsonObject }
      const { output, isError } = await orAbort(provider.callTool(this.#session, call, { signal }), signal)
      return { type: 'tool-result', callId, name, output, ...(isError && { isError }) }
    } catch (error) {
      // Then the turn closes the call, or whoever uses the chat next.
      signal.throwIfAborted()
      return failedResult(part, error)
    }
  }

  async #keep(parts: KeepRequest['parts']): Promise<void> {
    const keeping = new Promise<void>((kept, refused) => this.#inbox.push({ parts, kept, refused }))
    await orAbort(keeping, this.#over.signal)
  }
}

/** What a model is told of a call that came to nothing. Messages of errors of sess hold no secrets; those of others may. */
function failedResult({ callId, name }: ToolCallPart, error: unknown): ToolResultPart {
  const output = isSessError(error)
    ? { error: error.message, code: error.code }
    : { error: 'The tool failed; its outcome is unknown.' }
  return { type: 'tool-result', callId, name, output, isError: true }
}
