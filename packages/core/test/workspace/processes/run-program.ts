import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { NamedSession, WorkspacesOptions } from '../../../src/workspace/index.ts'

/** What {@link Program} can be asked for. */
export interface ProgramTask {
  readonly does: 'live' | 'write' | 'come-and-go' | 'provision' | 'destroy' | 'measure'
  readonly root: string
  readonly session: NamedSession
  readonly count?: number
  readonly options?: WorkspacesOptions
  readonly umask?: number
}

/** Bundles a program of this folder from the sources. @returns the path of the bundle. */
export async function bundled(name: 'program' | 'swapper'): Promise<string> {
  const entry = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  const outfile = fileURLToPath(
    new URL(`../../../node_modules/.cache/workspace-${process.pid}-${basename(entry, '.ts')}.mjs`, import.meta.url),
  )
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' })
  return outfile
}

/** A process that works on workspaces. */
export class Program {
  readonly #child: ChildProcess
  readonly #ready: Promise<void>
  /** What it says in the end. */
  readonly result: Promise<unknown>

  constructor(bundle: string, task: ProgramTask, uid?: number) {
    this.#child = fork(bundle, uid === undefined ? {} : { uid, gid: uid, cwd: '/' })
    let ready: () => void = () => {}
    this.#ready = new Promise((resolve) => {
      ready = resolve
    })
    this.result = new Promise((resolve, reject) => {
      this.#child.on('message', ({ type, value }: { type: string; value?: unknown }) => {
        if (type === 'ready') ready()
        else if (type === 'done') resolve(value)
        else reject(new Error(String(value)))
      })
      this.#child.on('exit', (code, signal) => reject(new Error(`the program ended with ${code ?? signal}`)))
    })
    this.result.catch(ready)
    this.#child.send(task)
  }

  /** Resolves when it begins. */
  async ready(): Promise<void> {
    await this.#ready
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}
