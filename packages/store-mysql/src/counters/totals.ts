/** Sums by owner or by scope. */
export class Totals<Sums extends Record<string, number>> {
  readonly #zero: Sums
  readonly #byKey = new Map<string, readonly [Buffer, Sums]>()

  constructor(zero: Sums) {
    this.#zero = zero
  }

  of(key: Buffer): Sums {
    const name = key.toString('latin1')
    const found = this.#byKey.get(name)
    if (found !== undefined) return found[1]
    const sums = { ...this.#zero }
    this.#byKey.set(name, [key, sums])
    return sums
  }

  /** Those that are not all zero, in the order in which rows are locked. */
  changed(): readonly (readonly [Buffer, Sums])[] {
    return [...this.#byKey.values()]
      .filter(([, sums]) => Object.values(sums).some((sum) => sum !== 0))
      .sort(([a], [b]) => a.compare(b))
  }
}
