import { type ChildProcess, spawn } from 'node:child_process'
import { unwatch, watchdogPipe } from './watchdog.ts'

/**
 * Starts a program as the leader of its own process group, out of reach of Ctrl-C, ended by the watchdog if this process
 * cannot.
 *
 * The child enters itself, by a shell that then becomes the program: between a spawn and a note made by the parent, the
 * parent could be killed. Until it has entered itself it holds the pipe open, so the watchdog waits for it.
 */
export function spawnWatched(file: string, args: readonly string[]): ChildProcess {
  const enter = 'echo "add process $$" >&3; exec "$@" 3>&-'
  const child = spawn('/bin/sh', ['-c', enter, 'sh', file, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', watchdogPipe()],
  })
  child.once('exit', () => {
    if (child.pid !== undefined) unwatch(`process ${child.pid}`)
  })
  return child
}
