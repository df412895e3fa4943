import { orAbort } from './abort.ts'
import { checkedText } from './checked-fields.ts'
import { invalidArgument, isSessError, SessError } from './errors.ts'
import { assertBytes, type JsonObject, jsonBytes, utf8Bytes } from './json.ts'
import type { Logger } from './logger.ts'
import type { Owner } from './owner.ts'
import type { ComposedPrompt, PromptComposer } from './prompt-composer.ts'

/** What to do when the composer fails: fail too, go on without a prompt, or with the last one of that owner. */
export type PromptFailure = 'fail' | 'empty' | 'last'

/** Owners whose last prompt is remembered for `last`. */
const rememberedOwners = 1_000

/** Where sessions get their system prompt from. */
export class PromptSource {
  readonly #composer: PromptComposer | null
  readonly #failure: PromptFailure
  readonly #maxBytes: number
  readonly #logger: Logger
  readonly #last = new Map<string, ComposedPrompt>()

  constructor(composer: PromptComposer | null, failure: PromptFailure, maxBytes: number, logger: Logger) {
    this.#composer = composer
    this.#failure = failure
    this.#maxBytes = maxBytes
    this.#logger = logger
  }

  /** Whether there is a composer. */
  get composes(): boolean {
    return this.#composer !== null
  }

  /** The prompt for an owner, or null without a composer. @throws {@link SessError} `PROMPT_FAILED`, with its `cause`. */
  async compose(owner: Owner, variables: JsonObject, signal?: AbortSignal): Promise<ComposedPrompt | null> {
    if (this.#composer === null) return null
    try {
      const composed = await orAbort(this.#composer.compose({ owner, variables }, { signal }), signal)
      assertBytes('systemPrompt', utf8Bytes(composed.text), this.#maxBytes)
      // The record of its parts is kept too.
      assertBytes('systemPrompt', jsonBytes(composed as unknown as JsonObject), 4 * this.#maxBytes)
      if (this.#failure === 'last') this.#remember(owner, composed)
      return composed
    } catch (cause) {
      signal?.throwIfAborted()
      const instead = this.#failure === 'last' ? this.#last.get(keyOf(owner)) : null
      if (this.#failure === 'fail' || instead === undefined) {
        throw new SessError('PROMPT_FAILED', `the system prompt could not be composed${reason(cause)}`, {}, { cause })
      }
      this.#logger.warn({ error: cause, instead: this.#failure }, 'the system prompt could not be composed')
      return instead
    }
  }

  /** The same where a composer is needed. @throws {@link SessError} `UNSUPPORTED` without one. */
  async composeAnew(owner: Owner, variables: JsonObject, signal?: AbortSignal): Promise<ComposedPrompt | null> {
    if (this.#composer !== null) return await this.compose(owner, variables, signal)
    throw new SessError('UNSUPPORTED', 'the manager was given no prompt composer', { feature: 'promptComposer' })
  }

  /** A prompt that the application wrote itself. @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE`. */
  async literal(text: string): Promise<ComposedPrompt> {
    checkedText(text, 'systemPrompt', this.#maxBytes)
    const part = { id: 'session', name: 'session', scope: 'chat' as const, start: 0, end: text.length }
    // Four characters a token is the field's rule of thumb for English; it is an estimate and says so in the type.
    return Object.freeze({
      text,
      digest: await sha256(text),
      tokens: Math.ceil(text.length / 4),
      parts: Object.freeze([Object.freeze(part)]),
    })
  }

  #remember(owner: Owner, composed: ComposedPrompt): void {
    const key = keyOf(owner)
    this.#last.delete(key)
    this.#last.set(key, composed)
    const [oldest] = this.#last.keys()
    if (this.#last.size > rememberedOwners && oldest !== undefined) this.#last.delete(oldest)
  }
}

/** @throws {@link SessError} `INVALID_ARGUMENT`. */
export function checkedPromptFailure(failure: unknown, field: string): PromptFailure {
  if (failure === 'fail' || failure === 'empty' || failure === 'last') return failure
  throw invalidArgument(field, "must be 'fail', 'empty' or 'last'")
}

/** SHA-256 of a text's UTF-8, in hex. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function keyOf(owner: Owner): string {
  return JSON.stringify([owner.orgId, owner.userId])
}

function reason(cause: unknown): string {
  return isSessError(cause) ? ` (${cause.code})` : ''
}
