import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSessionId, type Owner } from '@sess/core'
import type { NamedSession, Workspace, Workspaces, WorkspacesOptions } from '../../../src/workspace/index.ts'

/** Makes workspaces: on descriptors, on paths, or with a guard taken out. */
export type MakeWorkspaces = (root: string, options?: WorkspacesOptions) => Workspaces

/** A root on the real file system with one workspace, and a folder beside it that nothing may get to. */
export interface World {
  readonly root: string
  /** Has the file `secret.txt`, which says `secret`. */
  readonly outside: string
  readonly folders: Workspaces
  readonly session: NamedSession
  /** The folder of {@link session}, provisioned. */
  readonly folder: Workspace
  /** Workspaces as another process has them, of the same root unless it is given. */
  open(options?: WorkspacesOptions, root?: string): Workspaces
}

/** Something that holds whoever makes the workspaces. */
export interface WorkspaceCase {
  readonly name: string
  readonly options?: WorkspacesOptions
  run(world: World): Promise<void>
}

export const ada: Owner = { orgId: 'acme', userId: 'ada' }

/** A session that no store knows: a workspace needs no more of it. */
export function newSession(owner: Owner = ada): NamedSession {
  return { id: newSessionId(owner), owner }
}

/** Builds a world, runs the case in it, and removes it. */
export async function runCase(make: MakeWorkspaces, { options = {}, run }: WorkspaceCase): Promise<void> {
  await inTemporaryFolder(async (temp) => {
    const root = join(temp, 'root')
    const outside = join(temp, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret.txt'), 'secret')
    const folders = make(root, options)
    const session = newSession()
    await folders.provision(session)
    const open = (others = options, otherRoot = root): Workspaces => make(otherRoot, others)
    await run({ root, outside, folders, session, folder: folders.for(session), open })
  })
}

export async function inTemporaryFolder(use: (path: string) => Promise<void>): Promise<void> {
  const temp = await mkdtemp(join(tmpdir(), 'sess-workspace-'))
  try {
    await use(temp)
  } finally {
    await chmod(temp, 0o700)
    // What lies on a path that is too long to be named, Node can't remove.
    await rm(temp, { recursive: true, force: true, maxRetries: 3 }).catch(() => execFileSync('rm', ['-rf', temp]))
  }
}

/** All paths below a folder, sorted; without what `.trash` is. */
export async function tree(root: string): Promise<readonly string[]> {
  return (await readdir(root, { recursive: true })).filter((path) => path !== '.trash').sort()
}
