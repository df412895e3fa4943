import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { removeContainer, signalContainer } from './docker.ts'
import type { Program } from './find-program.ts'
import { programCommand } from './program-command.ts'
import { spawnWatched } from './spawn-watched.ts'
import { removeTempFolder } from './temp-folder.ts'
import type { TestServer } from './test-server.ts'

/** How a kind of server is started. */
export interface ServerPlan {
  readonly program: Program
  readonly executable: string
  /** Written into the names of folder and container. */
  readonly kind: string
  /** The URL's scheme and, if any, its user: `redis://`. */
  readonly urlPrefix: string
  /** Makes what the program needs in its empty data folder. */
  prepare?(place: ServerPlace): Promise<void>
  arguments(place: ServerPlace): readonly string[]
  /**
   * What the server itself says when it accepts connections, with its version in the first group. Never a look at the
   * port: another server may answer there.
   */
  readonly ready: RegExp
}

export interface ServerPlace {
  readonly port: number
  /** The address to listen on: loopback, or all of the container's. */
  readonly bind: string
  readonly dataDir: string
}

const startMs = 60_000
const shutdownMs = 15_000

/** A server's program, its data folder and its port. Started and ended, as often as one likes, until it is stopped. */
export class ServerProcess implements TestServer {
  readonly #plan: ServerPlan
  readonly #place: ServerPlace
  #child: ChildProcess | undefined
  #container: string | null = null
  #version = ''
  #stopping: Promise<void> | undefined

  constructor(plan: ServerPlan, place: ServerPlace) {
    this.#plan = plan
    this.#place = place
  }

  get url(): string {
    return `${this.#plan.urlPrefix}127.0.0.1:${this.port}`
  }

  get port(): number {
    return this.#place.port
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('The server is not running.')
    return this.#child.pid
  }

  get version(): string {
    return this.#version
  }

  get dataDir(): string {
    return this.#place.dataDir
  }

  /** Starts the program and waits until it says that it is ready. */
  async start(): Promise<void> {
    const { program, executable } = this.#plan
    const command = programCommand(program, executable, this.#plan.arguments(this.#place), this.#place)
    const child = spawnWatched(command.file, command.args)
    this.#child = child
    this.#container = command.container
    this.#version = await readyVersion(child, this.#plan)
    letGo(child)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.kill().then(() => removeTempFolder(this.dataDir))
    return this.#stopping
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async restart(): Promise<void> {
    if (this.#stopping !== undefined) throw new Error('The server was stopped: its data are gone.')
    this.resume()
    await this.#end('SIGTERM')
    await this.start()
  }

  pause(): void {
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#signal('SIGCONT')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || hasEnded(child)) return
    const ended = once(child, 'exit')
    child.ref()
    this.#signal(signal)
    const impatient = setTimeout(() => this.#signal('SIGKILL'), shutdownMs)
    await ended
    clearTimeout(impatient)
    if (this.#container !== null) await removeContainer(this.#container)
  }

  #signal(signal: NodeJS.Signals): void {
    const child = this.#child
    // Only a child that has not been waited for: its pid is still its own.
    if (child?.pid === undefined || hasEnded(child)) return
    if (this.#container === null) process.kill(child.pid, signal)
    else signalContainer(this.#container, signal)
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Waits for the server's own word. */
async function readyVersion(child: ChildProcess, plan: ServerPlan): Promise<string> {
  let output = ''
  let late: NodeJS.Timeout | undefined
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(reason))
      late = setTimeout(() => fail(`It was not ready within ${startMs} ms.`), startMs)
      const read = (text: string) => {
        output = (output + text).slice(-20_000)
        const version = plan.ready.exec(output)?.[1]
        if (version !== undefined) resolve(version)
      }
      child.stdout?.setEncoding('utf8').on('data', read)
      child.stderr?.setEncoding('utf8').on('data', read)
      child.once('error', reject)
      child.once('close', (code, signal) => fail(`It ended with ${signal ?? code} before it was ready.`))
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const last = output.trim().split('\n').slice(-15).join('\n')
    throw new Error(`${plan.kind} did not start. ${reason} The last it said:\n${last}`, { cause })
  } finally {
    clearTimeout(late)
  }
}

/** A server that a test forgot does not keep its process alive; its output is read on, for a full pipe would stop it. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.removeAllListeners('data').resume()
    if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref()
  }
}
