import { relative } from 'node:path'
import { root } from './run.mjs'

/** A vitest reporter: the files that took longest, five or in the long form twenty, their import and hooks included. */
export default class SlowestReporter {
  onTestRunEnd(modules) {
    const files = modules.map((module) => {
      const { collectDuration, duration } = module.diagnostic()
      return {
        path: `${relative(root, module.moduleId)} (${module.project.name})`,
        durationMs: collectDuration + duration,
      }
    })
    const slowest = files
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, process.env.SESS_TEST_LONG === '1' ? 20 : 5)
    const lines = slowest.map(({ path, durationMs }) => `${(durationMs / 1000).toFixed(1).padStart(7)} s  ${path}`)
    process.stdout.write(`Slowest files:\n${lines.join('\n')}\n\n`)
  }
}
