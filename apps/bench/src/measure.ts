import { nothingCounted, type ServerMeter } from './servers/server-meter.ts'

/** Something to be timed. */
export interface Contestant {
  readonly name: string
  /**
   * Makes what one round needs, unmeasured, and answers the round itself. If it resolves to a list, that is how
   * long each operation took, in nanoseconds.
   */
  prepare(): Promise<() => Promise<unknown>>
}

export interface Comparison {
  readonly rounds: number
  /** Operations of a round. */
  readonly operations: number
  /** Read before and after each round. @default counts nothing */
  readonly meter?: ServerMeter | undefined
}

/** What one operation takes; medians over the rounds. */
export interface Cost {
  readonly ns: number
  /** User and system time of this process. */
  readonly cpuNs: number
  /** User and system time of the server. */
  readonly serverCpuNs: number
  /** Scripts and other commands or statements, as the server counts them; what a script runs is one of the others. */
  readonly scripts: number
  readonly commands: number
  /** Half of the operations took less. */
  readonly p50Ns: number
}

export interface Result extends Cost {
  readonly name: string
  /** Speed as a part of that of each other contestant, median of the ratios of each round. */
  readonly speedOf: ReadonlyMap<string, number>
  /** Its p50 through that of each other contestant, median of the ratios of each round. */
  readonly p50Of: ReadonlyMap<string, number>
}

/**
 * Times contestants in turns: every round runs each of them once, in rotating order, and ratios are taken inside a round.
 * So what a noisy machine does to one it does to all. The first rounds warm up and do not count.
 */
export async function compare(
  contestants: readonly Contestant[],
  { rounds, operations, meter = nothingCounted }: Comparison,
): Promise<Result[]> {
  const warmUps = Math.ceil(rounds / 4)
  const costs = new Map<string, Cost[]>(contestants.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(turn + round + warmUps) % contestants.length]
      if (contestant === undefined) continue
      const cost = await costOf(contestant, operations, meter)
      if (round >= 0) costs.get(contestant.name)?.push(cost)
    }
  }
  return [...costs].map(([name, own]) => ({
    name,
    ...medianCost(own),
    speedOf: new Map([...costs].map(([other, its]) => [other, medianRatio(its, own, 'ns')])),
    p50Of: new Map([...costs].map(([other, its]) => [other, medianRatio(own, its, 'p50Ns')])),
  }))
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

async function costOf(contestant: Contestant, operations: number, meter: ServerMeter): Promise<Cost> {
  const run = await contestant.prepare()
  const countBefore = await meter.read()
  const cpuBefore = process.cpuUsage()
  const before = process.hrtime.bigint()
  const timesNs = await run()
  const ns = Number(process.hrtime.bigint() - before)
  const { user, system } = process.cpuUsage(cpuBefore)
  const count = await meter.read()
  return {
    ns: ns / operations,
    cpuNs: ((user + system) * 1000) / operations,
    serverCpuNs: ((count.cpuMs - countBefore.cpuMs) * 1e6) / operations,
    scripts: (count.scripts - countBefore.scripts) / operations,
    commands: (count.commands - countBefore.commands) / operations,
    p50Ns: median(Array.isArray(timesNs) ? timesNs : []),
  }
}

function medianCost(costs: readonly Cost[]): Cost {
  const of = (figure: keyof Cost): number => median(costs.map((cost) => cost[figure]))
  return {
    ns: of('ns'),
    cpuNs: of('cpuNs'),
    serverCpuNs: of('serverCpuNs'),
    scripts: of('scripts'),
    commands: of('commands'),
    p50Ns: of('p50Ns'),
  }
}

function medianRatio(above: readonly Cost[], below: readonly Cost[], figure: keyof Cost): number {
  return median(above.map((cost, round) => cost[figure] / (below[round]?.[figure] ?? NaN)))
}
