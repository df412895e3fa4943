import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'

/** What the watchdog clears away: a process group by its leader's pid, a container by its name, a folder by its path. */
export type Watched = `process ${number}` | `container ${string}` | `folder ${string}`

/**
 * Clears away what this process has started and not ended itself, however it ends: SIGKILL included.
 *
 * A shell in its own session reads a pipe whose other end only this process holds. The kernel closes that end with the
 * process; the shell then kills what is still on its list. Entries go through the kernel in one write each, so an entry
 * is safe once `watch` has returned.
 */
export function watch(entry: Watched): void {
  watchdogPipe().write(`add ${entry}\n`)
}

/** Takes an entry off the list. A pid has to go at once when its process has ended, for it may be given away again. */
export function unwatch(entry: Watched): void {
  watchdogPipe().write(`drop ${entry}\n`)
}

/** The pipe, to be handed to a child that enters itself before it becomes a server: see `spawnWatched`. */
export function watchdogPipe(): Writable {
  watchdog ??= startWatchdog()
  const { stdin } = watchdog
  if (stdin === null) throw new Error('The watchdog has no pipe.')
  return stdin
}

let watchdog: ChildProcess | undefined

function startWatchdog(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/bin:/bin` },
  })
  // If somebody kills the watchdog, tests go on without it.
  child.stdin.on('error', () => {})
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child
}

// Each entry has a line of its own: the newline stands before it, for $(…) takes newlines off the end. Processes go
// before folders, for a live server would write its folder anew; the second rm is for what a dying one wrote.
const script = `
list=
while read -r verb entry; do
  case $verb in
    add) list="$list
$entry" ;;
    drop) list=$(printf '%s\\n' "$list" | grep -vxF "$entry") ;;
  esac
done
printf '%s\\n' "$list" | while read -r kind name; do
  case $kind in
    process) kill -KILL "-$name" ;;
    container) docker rm -f "$name" ;;
  esac
done
printf '%s\\n' "$list" | while read -r kind name; do
  case $kind in
    folder) rm -rf "$name" || { sleep 1; rm -rf "$name"; } ;;
  esac
done
`
