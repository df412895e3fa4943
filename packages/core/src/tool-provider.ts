import type { CallOptions } from './call-options.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { ToolResultPart } from './message.ts'
import type { ResourceHolder } from './resource-holder.ts'

/** A tool as a model is told of it. */
export interface ToolDefinition {
  /** Unique in the session. 1 to 64 letters, digits, `_` and `-`. */
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  /** JSON Schema of the input. */
  readonly inputSchema: JsonObject
  /** The tool says that it changes nothing. A hint of whoever made it, no promise. */
  readonly readOnly: boolean
}

/** One call of a tool. */
export interface ToolCall {
  readonly callId: string
  readonly name: string
  readonly input: JsonObject
}

/** How a call of a tool ended. */
export interface ToolOutcome {
  readonly output: JsonValue
  /** The tool ran, and says that it failed. */
  readonly isError: boolean
}

/** Where the tools of sessions come from. */
export interface ToolProvider {
  /** The tools the session has now, sorted by name, so that a model's cache of prompts stays good. */
  listTools(session: ResourceHolder, options?: CallOptions): Promise<readonly ToolDefinition[]>
  /**
   * Calls a tool once. An abort is told to whoever runs it.
   *
   * @throws {@link SessError} with a code that says whether the tool can have run.
   */
  callTool(session: ResourceHolder, call: ToolCall, options?: CallOptions): Promise<ToolOutcome>
}

/** The session's tools, for the agent of one turn. */
export interface TurnTools {
  /** Tools that can be called now, sorted by name. None without a provider. */
  list(): Promise<readonly ToolDefinition[]>
  /**
   * Calls a tool. The call is kept in the chat before it is made, with the text the agent has said so far, and the result before it
   * is answered. What fails is a result with `isError` that says so, for the model to go on from.
   *
   * @throws {@link SessError} `TURN_LOST`, `TURN_INTERRUPTED` if the turn is over; `UNSUPPORTED` without a provider.
   * @throws {@link SessError} `TOO_LARGE`, `INVALID_ARGUMENT` if the input can't be kept. The tool was not called.
   */
  call(name: string, input?: JsonObject, options?: ToolCallOptions): Promise<ToolResultPart>
  /** Calls several at the same time: one message has all the calls, another all the results, in this order. */
  callAll(calls: readonly WantedCall[]): Promise<readonly ToolResultPart[]>
}

/** How the call of a tool is kept. */
export interface ToolCallOptions {
  /** The model's own id of the call. @default a new UUIDv7 */
  readonly callId?: string | undefined
  /** What a provider wants to see again with the call, such as the signature of a thought. */
  readonly metadata?: JsonObject | undefined
}

/** A call that a model asks for. */
export interface WantedCall extends ToolCallOptions {
  readonly name: string
  readonly input?: JsonObject | undefined
}
