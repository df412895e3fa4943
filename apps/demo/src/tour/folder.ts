import { existsSync } from 'node:fs'
import type { Workspaces } from '@sess/core/workspace'
import { expectRefusal } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** A session has a folder that nobody else gets into, and that goes with it. */
export async function showFolder({ screen, ada }: Stage, folders: Workspaces): Promise<void> {
  screen.heading('8 · A folder for each session')
  const session = await ada.createSession({ name: 'Garden' })
  const path = session.workspacePath ?? ''
  const folder = folders.for(session)
  await folder.writeFile('notes/plan.md', '1. Dig\n2. Plant\n')
  const [file] = await folder.list('notes')
  screen.done(`Written into the session's folder: notes/${file?.name}, ${file?.bytes} bytes`)
  await expectRefusal(screen, 'Reading above the folder', 'WORKSPACE_PATH_INVALID', folder.readText('../other'))

  if (!existsSync(path)) throw new Error('the folder should be there')
  await session.delete()
  if (existsSync(path)) throw new Error('the folder should be gone')
  screen.done('Session deleted, and its folder with it')
}
