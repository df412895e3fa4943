import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { SessError } from '@sess/core'
import type { StdioEndpoint } from '../driver/mcp-endpoint.ts'
import { settlesWithin } from '../settles-within.ts'
import type { ProcessPlace, ProcessRegistry } from './process-registry.ts'
import { signalGroup } from './signal-group.ts'

/** How long a program is given after its stdin has ended, and once more after SIGTERM. */
const graceMs = 1_000
/** How long the dead may take to disappear after SIGKILL; a container whose first process reaps nobody never lets them. */
const burialMs = 500

/**
 * A program and all that it starts, in a process group of its own. A descendant that leaves the group (`setsid`) can't be
 * followed: where that matters, run servers in a container.
 */
export class ProcessGroup {
  readonly id: number
  readonly child: ChildProcessWithoutNullStreams
  /** How the leader ended. Settles on its `exit`: `close` would wait for whoever inherited a pipe. */
  readonly exited: Promise<string>
  readonly #place: ProcessPlace
  #ending: Promise<void> | undefined

  private constructor(child: ChildProcessWithoutNullStreams, id: number, place: ProcessPlace) {
    this.id = id
    this.child = child
    this.#place = place
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`),
      )
    })
  }

  /** @throws {@link SessError} `MCP_SPAWN_FAILED`, `MCP_LIMIT`. Nothing runs. */
  static async start(endpoint: StdioEndpoint, registry: ProcessRegistry): Promise<ProcessGroup> {
    const place = await registry.enter()
    try {
      const child = spawn(endpoint.command, endpoint.args, {
        cwd: endpoint.cwd,
        env: endpoint.env,
        shell: false,
        detached: process.platform !== 'win32',
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      })
      if (child.pid === undefined) throw (await once(child, 'error'))[0]
      const group = new ProcessGroup(child, child.pid, place)
      // A signal that can't be sent, or a pipe that breaks, is seen elsewhere; here it must not end the process.
      for (const emitter of [child, child.stdin, child.stdout, child.stderr]) emitter.on('error', () => {})
      group.#record()
      return group
    } catch (error) {
      place.leave()
      throw spawnFailed(error)
    }
  }

  #record(): void {
    try {
      this.#place.started(this.id)
    } catch (error) {
      // What is not recorded does not run.
      void this.kill()
      throw error
    }
  }

  /** Ends it: first by the end of its stdin, then by SIGTERM, then by SIGKILL. Nobody of the group is left afterwards. */
  end(): Promise<void> {
    this.#ending ??= this.#end(true)
    return this.#ending
  }

  /** Ends it at once, by SIGKILL. */
  kill(): Promise<void> {
    signalGroup(this.id, 'SIGKILL')
    this.#ending ??= this.#end(false)
    return this.#ending
  }

  async #end(gently: boolean): Promise<void> {
    if (gently) {
      this.child.stdin.end()
      await settlesWithin(this.exited, graceMs)
      if (signalGroup(this.id, 'SIGTERM')) await this.#isGoneWithin(graceMs)
    }
    if (signalGroup(this.id, 'SIGKILL')) await this.#isGoneWithin(burialMs)
    for (const pipe of [this.child.stdin, this.child.stdout, this.child.stderr]) pipe.destroy()
    await settlesWithin(this.exited, burialMs)
    this.#place.leave()
  }

  async #isGoneWithin(ms: number): Promise<void> {
    const deadline = performance.now() + ms
    while (signalGroup(this.id, 0) && performance.now() < deadline) await sleep(10)
  }
}

function spawnFailed(error: unknown): SessError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
  const reason =
    code === 'ENOENT' ? 'there is no such program, or no such folder to run it in' : `the system says ${code}`
  // No cause: the system's error holds the arguments.
  return new SessError('MCP_SPAWN_FAILED', `The MCP server could not be started: ${reason}`, { reason })
}
