import { RE2JS } from 're2js'

/** Steps one check may take: some 50 ms. A step is one keyword of one schema on one value. */
const maxSteps = 500_000

/** States of a pattern times characters of a text that one check may cost: some 50 ms. */
const maxPatternSteps = 15_000_000

/** Thrown out of a check that costs too much. */
export class TooCostly extends Error {
  override readonly name: string = 'TooCostly'
}

/** What one check has cost so far. Schemas come from servers, and a short one can ask for endless work. */
export class SchemaCost {
  #steps = 0
  #patternSteps = 0

  reset(): void {
    this.#steps = 0
    this.#patternSteps = 0
  }

  /** One schema looks at one value. */
  spend(keywords: number, value: unknown): void {
    this.#steps += keywords + sizeOf(value)
    if (this.#steps > maxSteps) throw new TooCostly('the schema asks for too much work')
  }

  /** A pattern whose time grows with the text and no faster. @throws a SyntaxError if there is no such pattern. */
  pattern(source: string): { test(text: string): boolean; toString(): string } {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source))
    const size = compiled.programSize()
    return {
      test: (text) => {
        this.#patternSteps += size * text.length
        if (this.#patternSteps > maxPatternSteps) throw new TooCostly('the pattern asks for too much work')
        return compiled.matcher(text).find()
      },
      // Ajv tells patterns apart by this.
      toString: () => source,
    }
  }
}

/** What a keyword may have to go through of a value itself. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length >> 4
  if (Array.isArray(value)) return value.length >> 4
  return typeof value === 'object' && value !== null ? Object.keys(value).length >> 2 : 0
}
