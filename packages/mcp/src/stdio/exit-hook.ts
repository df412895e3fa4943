import { signalGroup } from './signal-group.ts'

/** The process groups of this process, whoever started them. */
const running = new Map<number, () => void>()

/**
 * Has a group killed when this process exits by itself. There is one listener for all of them and none for signals: what a signal
 * means is the application's business, and what is left after SIGKILL is found by the next process.
 *
 * @param onExit must not wait for anything.
 */
export function killAtExit(groupId: number, onExit: () => void): void {
  if (running.size === 0) process.on('exit', killAll)
  running.set(groupId, onExit)
}

export function forgetAtExit(groupId: number): void {
  if (running.delete(groupId) && running.size === 0) process.off('exit', killAll)
}

function killAll(): void {
  for (const [groupId, onExit] of running) {
    signalGroup(groupId, 'SIGKILL')
    onExit()
  }
}
