import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CallOptions } from '../call-options.ts'
import { assertKnownKeys, checkedName } from '../checked-fields.ts'
import type { ResourceHolder } from '../resource-holder.ts'
import type { WorkspaceResource } from '../session-resource.ts'
import { DescriptorFolder } from './descriptor-folder.ts'
import { guarded } from './file-system-error.ts'
import { Ledger } from './ledger.ts'
import { type FolderOpener, type OpenFolder, within } from './open-folder.ts'
import { PathFolder } from './path-folder.ts'
import { type NamedSession, type Place, placeOf } from './place.ts'
import { type ReapOptions, type ReapResult, reap, type SessionLookup } from './reap.ts'
import { checkedRoot } from './safe-root.ts'
import { makeSessionFolder, openRoot, openSessionFolder, removeSessionFolder } from './session-folder.ts'
import { emptyTrash, moveToTrash, openTrash, trashPrefix } from './trash.ts'
import { Workspace } from './workspace.ts'
import { checkedWorkspaceLimits, type WorkspaceLimits } from './workspace-limits.ts'

/** The quotas of workspaces, and how they are named. */
export interface WorkspacesOptions extends Partial<WorkspaceLimits> {
  /**
   * The organisation whose users' folders are named for the user alone, for applications with a single tenant: the same as that of the
   * manager. A workspace is found by its place, so keep it. @default none: folders are named for user and organisation.
   */
  readonly defaultOrgId?: string | undefined
  /** The name of the resource. @default 'workspace' */
  readonly name?: string | undefined
}

const optionNames = ['maxBytes', 'maxEntries', 'maxBytesPerFile', 'defaultOrgId', 'name']

/**
 * A folder for each session, below `root`: made with it, removed with it, and found again by any process on the same file system.
 *
 * @param root an absolute path. A folder of ours, no link, in which nobody else may write; it is made if only it is missing. It
 * must hold nothing else, and belong to one store.
 * @throws {@link SessError} `WORKSPACE_ROOT_UNSAFE`, `INVALID_ARGUMENT`.
 */
export function workspaces(root: string, options: WorkspacesOptions = {}): Workspaces {
  const hasDescriptors = process.platform === 'linux' && existsSync('/proc/self/fd')
  return new Workspaces(root, options, hasDescriptors ? DescriptorFolder.open : PathFolder.open)
}

/** What {@link workspaces} makes: a resource for a manager, and the way into the folders of its sessions. */
export class Workspaces implements WorkspaceResource {
  readonly name: string
  readonly #root: string
  readonly #limits: WorkspaceLimits
  readonly #defaultOrgId: string | null
  readonly #open: FolderOpener
  readonly #ledgers = new Map<string, Ledger>()
  /** With more than these, those that nobody would miss are dropped. */
  #manyLedgers = 1_000

  /** @internal */
  constructor(root: string, options: WorkspacesOptions, open: FolderOpener) {
    assertKnownKeys(options, optionNames, 'options')
    this.name = checkedName(options.name ?? 'workspace', 'name')
    this.#defaultOrgId = options.defaultOrgId === undefined ? null : checkedName(options.defaultOrgId, 'defaultOrgId')
    this.#limits = checkedWorkspaceLimits(options)
    this.#open = open
    this.#root = checkedRoot(root)
  }

  /** The absolute path of the session's folder, whether it is there or not. */
  pathOf(session: NamedSession): string {
    const { ownerName, name } = this.#place(session)
    return join(this.#root, ownerName, name)
  }

  /** The workspace of a session, whichever process made it. Whether it is there shows when it is used. */
  for(session: ResourceHolder | NamedSession): Workspace {
    const named = 'record' in session ? session.record : session
    const place = this.#place(named)
    return new Workspace({
      path: this.pathOf(named),
      limits: this.#limits,
      openFolder: () => this.#inRoot((root) => openSessionFolder(root, place)),
      ledger: () => this.#ledger(place),
      discard: (folder, name) =>
        this.#inRoot(async (root) =>
          within(await openTrash(root), async (trash) => {
            await moveToTrash(folder, name, trash, place)
            await emptyTrash(trash, trashPrefix(place))
          }),
        ),
    })
  }

  /**
   * Makes the folder of a session. It may be there, if it was made for this session.
   *
   * @throws {@link SessError} `WORKSPACE_EXISTS`, `WORKSPACE_FOREIGN`, `WORKSPACE_ROOT_UNSAFE`, `WORKSPACE_FAILED`. A
   * repeated call, or `destroy`, takes up what was made until then.
   */
  async provision(session: NamedSession, { signal }: CallOptions = {}): Promise<void> {
    const place = this.#place(session)
    await this.#ledger(place).inTurn(signal, () =>
      guarded('provision', signal, () => this.#inRoot((root) => makeSessionFolder(root, place, signal))),
    )
  }

  /** Forgets what this process knows of the session. Nothing is held open between calls, so there is nothing to close. */
  async release(session: NamedSession): Promise<void> {
    this.#forget(this.#place(session))
  }

  /**
   * Removes the folder of a session: out of its place in one step, then all that was in it. Resolves when nothing is left, also if there
   * was nothing. What another process has begun to remove, it finishes.
   *
   * @throws {@link SessError} `WORKSPACE_FAILED`, `WORKSPACE_ROOT_UNSAFE`: call it again. `WORKSPACE_FOREIGN`: the folder is marked
   * as somebody else's, and nothing was removed.
   */
  async destroy(session: NamedSession): Promise<void> {
    const place = this.#place(session)
    await guarded('destroy', undefined, () => this.#inRoot((root) => removeSessionFolder(root, place)))
    this.#forget(place)
  }

  /**
   * Removes the workspaces whose session is gone from the store, what crashes left in the trash, and owners' folders without
   * sessions. The sweep of the manager removes the workspaces of the sessions it knows; this is for those that nobody knows any more: after
   * the store was restored from a backup, say, or was emptied. Folders without a valid marker are left alone.
   *
   * @param sessions the manager whose sessions these are. It is asked for each workspace that is older than `graceMs`.
   * @throws {@link SessError} what the manager throws, other than that there is no such session. What was removed until then is gone.
   */
  async reap(sessions: SessionLookup, options: ReapOptions = {}): Promise<ReapResult> {
    return await guarded('reap', options.signal, () =>
      this.#inRoot((root) => reap(root, (session) => this.#place(session), sessions, options)),
    )
  }

  #place(session: NamedSession): Place {
    return placeOf(session, this.#defaultOrgId)
  }

  async #inRoot<Value>(use: (root: OpenFolder) => Promise<Value>): Promise<Value> {
    return await within(await openRoot(this.#root, this.#open), use)
  }

  #ledger({ sessionId }: Place): Ledger {
    let ledger = this.#ledgers.get(sessionId)
    if (ledger !== undefined) return ledger
    ledger = new Ledger(this.#limits)
    this.#ledgers.set(sessionId, ledger)
    if (this.#ledgers.size > this.#manyLedgers) {
      for (const [id, { isIdle }] of this.#ledgers) if (isIdle && id !== sessionId) this.#ledgers.delete(id)
      this.#manyLedgers = Math.max(1_000, this.#ledgers.size * 2)
    }
    return ledger
  }

  #forget({ sessionId }: Place): void {
    const ledger = this.#ledgers.get(sessionId)
    ledger?.forget()
    // While something is under way, what comes next has to queue behind it.
    if (ledger?.isIdle === true) this.#ledgers.delete(sessionId)
  }
}
