import { readFileSync } from 'node:fs'

/** What a server has counted since some moment; differences mean something. */
interface ServerCount {
  readonly scripts: number
  /** Other commands, or statements. Those that a script runs are among them. */
  readonly commands: number
  /** User and system time of its processes. NaN where it cannot be had. */
  readonly cpuMs: number
}

export interface ServerMeter {
  read(): Promise<ServerCount>
}

export const nothingCounted: ServerMeter = {
  read: async () => ({ scripts: NaN, commands: NaN, cpuMs: NaN }),
}

/** CPU time of processes, as Linux counts it: in steps of 10 ms. */
export function processCpuMs(pids: readonly number[]): number {
  try {
    return pids.reduce((total, pid) => total + ticksOf(pid) * 10, 0)
  } catch {
    return NaN
  }
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name of the program may have blanks in it; it ends with the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
