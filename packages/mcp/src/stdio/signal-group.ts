/**
 * Sends a signal to every process of a group; 0 only asks whether there is one.
 *
 * @returns whether there was anybody to send it to.
 */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // Windows has no groups: only the process itself is reached there.
    return process.kill(process.platform === 'win32' ? groupId : -groupId, signal)
  } catch {
    // ESRCH: nobody is left. EPERM: who is left runs as another user, and nothing can be done about it.
    return false
  }
}
