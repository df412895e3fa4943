import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { CrashNote, CrashTask } from './crash-worker.ts'

/** A process of its own that works on a store, says what was acknowledged, and can be killed at any instant. */
export class CrashingProcess {
  readonly notes: CrashNote[] = []
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (note: CrashNote) => this.notes.push(note))
  }

  /** Starts the bundled program and waits until it works. */
  static async start(program: string, task: CrashTask, options: unknown): Promise<CrashingProcess> {
    const started = new CrashingProcess(fork(program))
    started.#child.send({ task, options })
    await started.has(({ type }) => type === 'ready')
    return started
  }

  /** Waits until it has said something of the kind. */
  async has(matches: (note: CrashNote) => boolean, withinMs = 20_000): Promise<void> {
    const deadline = performance.now() + withinMs
    while (!this.notes.some(matches)) {
      if (performance.now() > deadline) throw new Error(`the process said only ${JSON.stringify(this.notes.slice(-5))}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** SIGKILL, in the middle of whatever it does. What it had said by then has arrived when this resolves. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}
