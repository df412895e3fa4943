import type { Redis } from 'ioredis'
import { processCpuMs, type ServerMeter } from './server-meter.ts'

/** Counts by INFO commandstats, over all nodes. */
export function redisMeter(nodes: readonly Redis[], pids: readonly number[]): ServerMeter {
  return {
    async read() {
      let scripts = 0
      let commands = 0
      for (const node of nodes) {
        const text = await node.info('commandstats')
        for (const [, name = '', calls] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
          if (name === 'eval' || name === 'evalsha') scripts += Number(calls)
          else if (name !== 'info') commands += Number(calls)
        }
      }
      return { scripts, commands, cpuMs: processCpuMs(pids) }
    },
  }
}
