/** Something to be timed. */
export interface Contestant {
  readonly name: string
  /** Makes what one round needs, unmeasured, and answers the round itself: `operations` operations, one after the other. */
  prepare(): Promise<() => Promise<void>>
}

export interface Comparison {
  readonly rounds: number
  /** Operations of a round. */
  readonly operations: number
}

export interface Result {
  readonly name: string
  /** Median over the rounds. */
  readonly nsPerOperation: number
  /** User and system time of the process, median over the rounds. */
  readonly cpuNsPerOperation: number
  /** Speed as a part of that of each other contestant, median of the ratios of each round. */
  readonly speedOf: ReadonlyMap<string, number>
}

/**
 * Times contestants in turns: every round runs each of them once, in rotating order, and ratios are taken inside a round.
 * So what a noisy machine does to one it does to all. The first rounds warm up and do not count.
 */
export async function compare(
  contestants: readonly Contestant[],
  { rounds, operations }: Comparison,
): Promise<Result[]> {
  const warmUps = Math.ceil(rounds / 4)
  const times = new Map(contestants.map(({ name }) => [name, { wall: [] as number[], cpu: [] as number[] }]))
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(turn + round + warmUps) % contestants.length]
      if (contestant === undefined) continue
      const run = await contestant.prepare()
      const cpuBefore = process.cpuUsage()
      const before = process.hrtime.bigint()
      await run()
      const wall = Number(process.hrtime.bigint() - before)
      const { user, system } = process.cpuUsage(cpuBefore)
      if (round < 0) continue
      times.get(contestant.name)?.wall.push(wall / operations)
      times.get(contestant.name)?.cpu.push(((user + system) * 1000) / operations)
    }
  }
  return [...times].map(([name, { wall, cpu }]) => ({
    name,
    nsPerOperation: median(wall),
    cpuNsPerOperation: median(cpu),
    speedOf: new Map([...times].map(([other, its]) => [other, median(ratios(its.wall, wall))])),
  }))
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Each value through its counterpart. */
function ratios(above: readonly number[], below: readonly number[]): number[] {
  return above.map((value, index) => value / (below[index] ?? NaN))
}
