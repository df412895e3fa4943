import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where a run of the demo keeps what is no store's: workspaces and the audit log. */
export interface DataFolder {
  readonly path: string
  /** Removes it if it was made for this run only. */
  dispose(): void
}

/**
 * The folder that was asked for; else one that goes with the process, as the memory store does; else, for a store that
 * outlives the process, one in the user's home, where the next run finds the workspaces again.
 */
export function dataFolder(asked: string | undefined, storeType: string): DataFolder {
  if (asked === undefined && storeType === 'memory') {
    const path = mkdtempSync(join(tmpdir(), 'sess-demo-'))
    return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
  }
  const home = process.env.XDG_DATA_HOME || join(homedir(), '.local/share')
  const path = asked === undefined ? join(home, 'sess-demo', storeType) : resolve(asked)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return { path, dispose: () => {} }
}
