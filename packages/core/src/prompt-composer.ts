import type { CallOptions } from './call-options.ts'
import type { JsonObject } from './json.ts'
import type { Owner } from './owner.ts'

/** Who and what a prompt is composed for. */
export interface PromptRequest {
  readonly owner: Owner
  /** Values for the templates; they win over the parts' own. Supplied by users, so never trusted. */
  readonly variables: JsonObject
}

/** A composed system prompt and where it came from. Plain JSON: a session keeps it as it is. */
export interface ComposedPrompt {
  readonly text: string
  /** SHA-256 of `text`, in hex. Equal digests mean equal bytes, so the provider's prompt cache hits. */
  readonly digest: string
  /** Tokens of `text`; an estimate unless the composer was given a counter. */
  readonly tokens: number
  /** The parts in the order in which they stand in `text`. */
  readonly parts: readonly ComposedPart[]
}

/** Which part stands where in a composed prompt. */
export interface ComposedPart {
  readonly id: string
  readonly name: string
  readonly scope: 'global' | 'org' | 'user' | 'chat'
  /** Where the part stands in `text`, in UTF-16 units: `text.slice(start, end)`. */
  readonly start: number
  readonly end: number
}

/** Makes a session's system prompt. `@sess/prompt` implements it. */
export interface PromptComposer {
  /**
   * Composes the prompt for one owner. The same parts and variables give the same bytes.
   *
   * @throws any error: the session is then not created (`PROMPT_FAILED`, with the error as its `cause`).
   */
  compose(request: PromptRequest, options?: CallOptions): Promise<ComposedPrompt>
}
