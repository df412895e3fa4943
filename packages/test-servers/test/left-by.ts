import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** The folders, and on Linux the processes, that were left by programs whose temporary folder was this. */
export function leftIn(temp: string): string[] {
  const folders = existsSync(temp) ? readdirSync(temp) : []
  const processes = existsSync('/proc/self') ? readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)) : []
  return [...folders, ...processes.filter((pid) => environmentOf(pid).includes(`TMPDIR=${temp}\0`))]
}

/** Empty for a process that has ended, also before its parent has noticed. */
export function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}
