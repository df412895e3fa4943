import type { Workspace } from '@sess/core/workspace'
import { Hono } from 'hono'
import { sessionIn } from '../in-path.ts'
import type { SignedIn } from '../signed-in.ts'
import type { FileView } from '../views.ts'
import type { WebParts } from '../web-parts.ts'

/** Folders in folders that are shown. */
const shownDepth = 4
/** A larger file is not shown. */
const shownBytes = 200_000

/** The files of a session's workspace. */
export function fileRoutes({ folders }: Pick<WebParts, 'folders'>): Hono<SignedIn> {
  return new Hono<SignedIn>()
    .get('/', async (c) => c.json(await listed(folders.for(await sessionIn(c)), '', shownDepth)))
    .get('/:path{.+}', async (c) => {
      const folder = folders.for(await sessionIn(c))
      const text = await folder.readText(c.req.param('path'), { maxBytes: shownBytes })
      return c.json({ text })
    })
    .delete('/:path{.+}', async (c) => {
      await folders.for(await sessionIn(c)).remove(c.req.param('path'))
      return c.body(null, 204)
    })
}

async function listed(folder: Workspace, path: string, depth: number): Promise<FileView[]> {
  const files: FileView[] = []
  for (const { name, kind, bytes } of await folder.list(path)) {
    const inside = path === '' ? name : `${path}/${name}`
    files.push({ path: inside, kind, bytes })
    if (kind === 'folder' && depth > 1) files.push(...(await listed(folder, inside, depth - 1)))
  }
  return files
}
