/** How much is done in a round, and by how many at once. */
export interface Load {
  readonly operations: number
  /** Callers that each wait for their answer before they go on. */
  readonly concurrency: number
}

/**
 * Runs `operation` for every index below `operations`. Each of the callers has its own number, so that what only
 * one at a time may touch can be its own.
 *
 * @returns how long each operation took, in nanoseconds.
 */
export async function closedLoop(
  { operations, concurrency }: Load,
  operation: (index: number, caller: number) => Promise<unknown>,
): Promise<number[]> {
  const timesNs: number[] = []
  let next = 0
  const call = async (caller: number): Promise<void> => {
    while (next < operations) {
      const index = next++
      const before = process.hrtime.bigint()
      await operation(index, caller)
      timesNs.push(Number(process.hrtime.bigint() - before))
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, operations) }, (_, caller) => call(caller)))
  return timesNs
}
