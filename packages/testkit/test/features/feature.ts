/** What one of the systems that sess comes from promised, and the tests that prove it here. */
export interface Feature {
  readonly promised: string
  /** How it is done with sess. */
  readonly here: string
  /** Names of tests, by their files below `packages/`. Those of `core/src/conformance` run on every store. */
  readonly tests: Readonly<Record<string, readonly string[]>>
}
