/** What an entry costs beside its text, so that many short texts are bounded too. */
const entryUnits = 128

/**
 * What was worked out for a text. A text answers the same for ever, so nothing expires; what was not asked for lately goes.
 *
 * Two generations instead of a list by use: a hit in the young one, the usual case, writes nothing.
 */
export class TextCache<Value extends object> {
  readonly #maxYoungUnits: number
  #young: Map<string, Value> = new Map()
  #old: ReadonlyMap<string, Value> = new Map()
  #youngUnits = 0

  /** @param maxUnits Room for all texts together, in UTF-16 units. A text that takes more than half is not kept. */
  constructor(maxUnits: number) {
    this.#maxYoungUnits = maxUnits / 2
  }

  get(text: string): Value | undefined {
    const young = this.#young.get(text)
    if (young !== undefined) return young
    const old = this.#old.get(text)
    if (old !== undefined) this.set(text, old)
    return old
  }

  set(text: string, value: Value): void {
    const units = text.length + entryUnits
    if (units > this.#maxYoungUnits) return
    if (!this.#young.has(text)) this.#youngUnits += units
    if (this.#youngUnits > this.#maxYoungUnits) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngUnits = units
    }
    this.#young.set(text, value)
  }
}
