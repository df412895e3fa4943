import { relative } from 'node:path'
import { root } from './run.mjs'

/** A vitest reporter: the five files that took longest, their import and hooks included. */
export default class SlowestReporter {
  onTestRunEnd(modules) {
    const files = modules.map((module) => {
      const { collectDuration, duration } = module.diagnostic()
      return { path: relative(root, module.moduleId), durationMs: collectDuration + duration }
    })
    const slowest = files.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 5)
    const lines = slowest.map(({ path, durationMs }) => `${(durationMs / 1000).toFixed(1).padStart(7)} s  ${path}`)
    process.stdout.write(`Slowest files:\n${lines.join('\n')}\n\n`)
  }
}
