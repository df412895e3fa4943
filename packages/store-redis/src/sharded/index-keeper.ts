import type { CallOptions } from '@sess/core'
import type { Backend } from '../backend.ts'
import * as scripts from '../scripts.ts'

/** What a script says of a session that changed, for the indexes in other slots: the words of `finished` in index.lua. */
interface Report {
  readonly isUrgent: boolean
  /** The indexes to tell. */
  readonly indexes: readonly string[]
  readonly id: string
  /** The arguments of report.lua for it. */
  readonly args: readonly string[]
}

/** How long reports gather that are not urgent. */
const gatherMs = 2000
/** Sessions in one call. */
const maxTold = 50
/** Sessions whose reports wait at most. One that is dropped is healed when its entry is looked at. */
const maxWaiting = 10_000

/**
 * Keeps the indexes of organisations and of the store right where they live in other slots than their sessions. Reports are
 * absolute and carry their instant: they may be lost, repeated and overtaken.
 */
export class IndexKeeper {
  readonly #backend: Backend
  /** The newest report of each session. */
  readonly #waiting = new Map<string, Report>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** Takes what a script reported. Resolves when the urgent ones are told, or wait to be told again. */
  async take(lines: readonly string[], options: CallOptions | undefined): Promise<void> {
    const reports = lines.map((line) => this.#parse(line))
    const urgent = reports.filter(({ isUrgent }) => isUrgent)
    for (const report of reports) {
      if (report.isUrgent) this.#waiting.delete(report.id)
      else this.#gather(report)
    }
    if (urgent.length > 0) await this.#tell(urgent, options)
  }

  /** Tells an index that sessions were not there when they were asked for. */
  async bury(index: string, ids: readonly string[], options: CallOptions | undefined): Promise<void> {
    const reports = ids.map((id) => ({
      isUrgent: true,
      indexes: [index],
      id,
      args: [id, '', '0', 'dead', '0', '0', '0', '0'],
    }))
    if (reports.length > 0) await this.#tell(reports, options)
  }

  /** Takes a reservation back that came to nothing. */
  async withdraw(index: string, id: string, options: CallOptions | undefined): Promise<void> {
    const args = [id, '', '0', 'gone', '0', '0', '0', '0']
    await this.#tell([{ isUrgent: true, indexes: [index], id, args }], options)
  }

  /** Tells what waits. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const reports = [...this.#waiting.values()]
    this.#waiting.clear()
    await this.#tell(reports, undefined)
  }

  /** The session's place in the store's index: by the digits of its owner, so that an owner is in one shard. */
  #parse(line: string): Report {
    const [soon, shard = '', org = '', id = '', own = '', ...facts] = line.split(' ')
    const { keys } = this.#backend
    return {
      isUrgent: soon === '!',
      indexes: [keys.orgIndex(org), keys.storeIndex(Number(shard))],
      id,
      args: [id, own, ...facts],
    }
  }

  #gather(report: Report): void {
    if (this.#waiting.size >= maxWaiting) return
    this.#waiting.set(report.id, report)
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => void this.flush(), gatherMs)
    this.#timer.unref()
  }

  async #tell(reports: readonly Report[], options: CallOptions | undefined): Promise<void> {
    const byIndex = new Map<string, Report[]>()
    for (const report of reports) {
      for (const index of report.indexes) {
        const group = byIndex.get(index) ?? []
        byIndex.set(index, group)
        group.push(report)
      }
    }
    const calls: Promise<void>[] = []
    for (const [index, group] of byIndex) {
      for (let at = 0; at < group.length; at += maxTold)
        calls.push(this.#send(index, group.slice(at, at + maxTold), options))
    }
    await Promise.all(calls)
  }

  /** What cannot be told now waits: the call that it comes from has had its effect. */
  async #send(index: string, reports: readonly Report[], options: CallOptions | undefined): Promise<void> {
    const args = reports.flatMap((report) => report.args)
    try {
      await this.#backend.run(scripts.report, { keys: [`${index}:i`], args, about: {}, options })
    } catch {
      for (const report of reports) this.#gather({ ...report, indexes: [index] })
    }
  }
}
