import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Workspaces, workspaces } from '@sess/core/workspace'

/** The folders of the sessions of this run. As no store outlives the run either, they go when the process ends. */
export function temporaryWorkspaces(): Workspaces {
  const root = mkdtempSync(join(tmpdir(), 'sess-demo-'))
  process.on('exit', () => rmSync(root, { recursive: true, force: true }))
  // Without a listener a signal ends the process at once. Where there is a prompt, Ctrl-C is a key and no signal.
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  return workspaces(root)
}
