/** What a URL gives: values for several settings, by their places in the configuration. */
export class Assignments {
  readonly values: ReadonlyMap<string, unknown>

  constructor(values: Iterable<readonly [string, unknown]>) {
    // What a URL leaves out, it says nothing about.
    this.values = new Map([...values].filter(([, value]) => value !== undefined))
  }
}
