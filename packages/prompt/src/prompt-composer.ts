import {
  type CallOptions,
  type ComposedPart,
  type ComposedPrompt,
  checkedOwner,
  invalidArgument,
  type JsonObject,
  orAbort,
  type PromptComposer as PromptComposerPort,
  type PromptRequest,
} from '@sess/core'
import { type CheckedPart, checkedVariables } from './checked-part.ts'
import { defaultValidator } from './default-validator.ts'
import { joinParts } from './join-parts.ts'
import { type KnownFindings, type LocatedFinding, partFindings, rejectErrors } from './part-findings.ts'
import { type PartOrder, partComparer } from './part-order.ts'
import { explainRendered, explainSkipped, type PromptExplanation } from './prompt-explanation.ts'
import { promptInvalid } from './prompt-invalid.ts'
import { type LayerReader, layerReader, type PromptLayer } from './prompt-layer.ts'
import { assertTextBytes, checkedLimits, type PromptLimits } from './prompt-limits.ts'
import type { ChatPart, GlobalPart, OrgPart, UserPart } from './prompt-part.ts'
import type { PromptValidator } from './prompt-validator.ts'
import { type RenderedPart, renderPart } from './render-part.ts'
import { selectParts } from './select-parts.ts'
import type { Template } from './template.ts'
import { TextCache } from './text-cache.ts'
import { type TextFacts, type TokenCounter, textFacts } from './text-facts.ts'

/** Where the parts of prompts come from, and how they are put together. */
export interface PromptComposerOptions {
  readonly global?: PromptLayer<GlobalPart> | undefined
  readonly org?: PromptLayer<OrgPart> | undefined
  readonly user?: PromptLayer<UserPart> | undefined
  readonly chat?: PromptLayer<ChatPart> | undefined
  /** Values for all templates; those of the part and of the caller win over them. Inserted as they are. */
  readonly variables?: JsonObject | undefined
  /** @default 'scope-first' */
  readonly order?: PartOrder | undefined
  /** Null switches validation off; limits and the checks of the caller's values stay. @default defaultValidator */
  readonly validator?: PromptValidator | null | undefined
  /** @default an estimate: a token for four bytes */
  readonly countTokens?: TokenCounter | undefined
  readonly limits?: Partial<PromptLimits> | undefined
}

/** Room of each cache, in UTF-16 units of text. */
const cacheUnits = 1_048_576

/**
 * Composes system prompts from the operator's parts.
 *
 * Pure but for the lookups: no clock, no random, no environment and no locale, so the same parts and variables give the
 * same bytes on every machine. Lists are copied and checked when the composer is made, lookups' answers when they come.
 */
export class PromptComposer implements PromptComposerPort {
  readonly #layers: readonly LayerReader[]
  readonly #variables: JsonObject
  readonly #compare: (a: CheckedPart, b: CheckedPart) => number
  readonly #validator: PromptValidator | null
  readonly #countTokens: TokenCounter | undefined
  readonly #limits: PromptLimits
  readonly #facts: TextCache<TextFacts> = new TextCache(cacheUnits)
  readonly #findings: KnownFindings = new WeakMap()

  /**
   * @throws {@link SessError} `PROMPT_INVALID`, `PROMPT_TEMPLATE_INVALID` or `TOO_LARGE` if a listed part or an option is
   * wrong.
   */
  constructor(options: PromptComposerOptions) {
    this.#limits = checkedLimits(options.limits)
    this.#variables = checkedVariables(options.variables)
    this.#compare = partComparer(options.order)
    this.#validator = options.validator === undefined ? defaultValidator : options.validator
    if (this.#validator !== null) assertFunction('validator', this.#validator)
    this.#countTokens = options.countTokens
    if (this.#countTokens !== undefined) assertFunction('countTokens', this.#countTokens)
    const rules = { maxPartBytes: this.#limits.maxPartBytes, templates: new TextCache<Template>(cacheUnits) }
    this.#layers = [
      layerReader(options.global, 'global', rules),
      layerReader(options.org, 'org', rules),
      layerReader(options.user, 'user', rules),
      layerReader(options.chat, 'chat', rules),
    ]
  }

  /**
   * Composes the prompt of one owner from the parts that are active and theirs.
   *
   * @throws {@link SessError} `PROMPT_INVALID`, `PROMPT_TEMPLATE_INVALID` or `PROMPT_OWNER_MISMATCH` if a lookup answered a
   * wrong part.
   * @throws {@link SessError} `PROMPT_VARIABLE_MISSING` or `PROMPT_VARIABLE_INVALID` if a template can't be filled in.
   * @throws {@link SessError} `PROMPT_REJECTED` if the validator found errors.
   * @throws {@link SessError} `TOO_LARGE` if a limit is passed.
   * @throws what a lookup throws, unchanged.
   */
  compose(request: PromptRequest, options: CallOptions = {}): Promise<ComposedPrompt> {
    return orAbort(this.#compose(request, options), options.signal)
  }

  /**
   * Says which parts {@link compose} would use, which it would leave out and why, and all that the validator finds.
   *
   * @throws what `compose` throws, but for `PROMPT_REJECTED`: errors are among the findings.
   */
  explain(request: PromptRequest, options: CallOptions = {}): Promise<PromptExplanation> {
    return orAbort(this.#explain(request, options), options.signal)
  }

  async #compose(request: PromptRequest, options: CallOptions): Promise<ComposedPrompt> {
    const { findings, text, parts } = await this.#draft(request, options)
    rejectErrors(findings)
    const facts = this.#facts.get(text) ?? (await this.#learnFacts(text))
    return { text, digest: facts.digest, tokens: facts.tokens, parts }
  }

  async #explain(request: PromptRequest, options: CallOptions): Promise<PromptExplanation> {
    const { rendered, findings, inactive, foreign } = await this.#draft(request, options)
    return {
      parts: [
        ...rendered.map(explainRendered),
        ...inactive.map((part) => explainSkipped(part, 'inactive')),
        ...foreign.map((part) => explainSkipped(part, 'other-owner')),
      ],
      findings,
    }
  }

  async #draft(request: PromptRequest, options: CallOptions): Promise<Draft> {
    options.signal?.throwIfAborted()
    const owner = checkedOwner(request.owner)
    const callerVariables = checkedRequestVariables(request.variables)
    const layers = await Promise.all(this.#layers.map((read) => read(owner, options)))
    options.signal?.throwIfAborted()
    const { used, inactive, foreign } = selectParts(layers, owner, {
      compare: this.#compare,
      maxParts: this.#limits.maxParts,
    })
    const settings = { callerVariables, composerVariables: this.#variables, limits: this.#limits }
    const rendered = used.map((part) => renderPart(part, settings))
    const findings: LocatedFinding[] = []
    if (this.#validator !== null) {
      for (const part of rendered) findings.push(...partFindings(part, this.#validator, this.#findings))
    }
    const { text, parts } = joinParts(rendered)
    assertTextBytes(text, this.#limits.maxTextBytes)
    return { rendered, inactive, foreign, findings, text, parts }
  }

  async #learnFacts(text: string): Promise<TextFacts> {
    const facts = await textFacts(text, this.#countTokens)
    this.#facts.set(text, facts)
    return facts
  }
}

/** A prompt before anything was decided about it. */
interface Draft {
  readonly rendered: readonly RenderedPart[]
  readonly inactive: readonly CheckedPart[]
  readonly foreign: readonly CheckedPart[]
  readonly findings: readonly LocatedFinding[]
  readonly text: string
  readonly parts: readonly ComposedPart[]
}

/** Values are not looked at here: only those that a template names are ever read. */
function checkedRequestVariables(variables: JsonObject): JsonObject {
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) {
    throw invalidArgument('variables', 'must be an object')
  }
  return variables
}

function assertFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw promptInvalid(name, 'must be a function')
}
