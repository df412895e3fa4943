import { unlink } from 'node:fs/promises'
import type { CallOptions } from '../call-options.ts'
import { invalidArgument, isSessError } from '../errors.ts'
import { descend, descendMaking, type MadeFolders, unmake } from './descend.ts'
import { lookUp, notFound } from './entry-kind.ts'
import { checkedEntryPath } from './entry-path.ts'
import { guarded, ifThere } from './file-system-error.ts'
import { type Ledger, quotaExceeded } from './ledger.ts'
import { measure, type WorkspaceUsage } from './measure.ts'
import { type OpenFolder, within } from './open-folder.ts'
import { readFileIn } from './read-file.ts'
import { listFolder, toEntry, type WorkspaceEntry } from './workspace-entry.ts'
import type { WorkspaceLimits } from './workspace-limits.ts'
import { type Reserve, writeFileIn } from './write-file.ts'

/** How much of a file is read. */
export interface ReadFileOptions extends CallOptions {
  /** A larger file is refused. @default `maxBytesPerFile` of the workspaces */
  readonly maxBytes?: number | undefined
}

/** What a workspace is made of. @internal */
export interface WorkspaceParts {
  readonly path: string
  readonly limits: WorkspaceLimits
  /** @throws {@link SessError} `WORKSPACE_MISSING`, `WORKSPACE_FOREIGN`, `WORKSPACE_ROOT_UNSAFE`. */
  openFolder(): Promise<OpenFolder>
  ledger(): Ledger
  /** Removes a folder of a folder with all that is in it. */
  discard(folder: OpenFolder, name: string): Promise<void>
}

/**
 * The folder of one session, from the inside. Paths are relative, their names parted by `/`. Nothing that lies in the folder leads out of it:
 * links are neither followed nor replaced, files with a second name not opened, pipes and devices not touched. A file is written whole or not at all.
 *
 * Every call may throw {@link SessError} `WORKSPACE_MISSING` if the folder was removed, `WORKSPACE_FOREIGN` if it is not
 * marked as the session's, `WORKSPACE_PATH_INVALID`, `WORKSPACE_SYMLINK`, and `WORKSPACE_FAILED` if the file system refuses; then nothing was
 * written. What an abort came too late for is done.
 */
export class Workspace {
  readonly #parts: WorkspaceParts

  /** @internal */
  constructor(parts: WorkspaceParts) {
    this.#parts = parts
  }

  /** The absolute path of the folder, for child processes. It is not checked. */
  get path(): string {
    return this.#parts.path
  }

  /** The bytes of a file. @throws {@link SessError} `WORKSPACE_NOT_FOUND`, `WORKSPACE_NOT_REGULAR`, `TOO_LARGE`. */
  async readFile(path: string, options: ReadFileOptions = {}): Promise<Uint8Array> {
    const { maxBytes = this.#parts.limits.maxBytesPerFile, signal } = options
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 0)
      throw invalidArgument('maxBytes', 'must be a whole number from 0 on')
    const names = checkedEntryPath(path)
    return await this.#inFolderOf('readFile', names, path, signal, (folder, name) =>
      readFileIn(folder, name, path, maxBytes, signal),
    )
  }

  /** A file as text; what is no UTF-8 in it becomes U+FFFD. @throws as {@link Workspace.readFile}. */
  async readText(path: string, options?: ReadFileOptions): Promise<string> {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.readFile(path, options))
  }

  /**
   * Writes a file, and makes the folders it is in. An older one is replaced in one step.
   *
   * @param content text is written as UTF-8.
   * @throws {@link SessError} `WORKSPACE_QUOTA`, `WORKSPACE_NOT_REGULAR`. Nothing was written.
   */
  async writeFile(path: string, content: string | Uint8Array, { signal }: CallOptions = {}): Promise<void> {
    const names = checkedEntryPath(path)
    const bytes = checkedContent(content)
    const { limits } = this.#parts
    if (bytes.length > limits.maxBytesPerFile) throw quotaExceeded('bytes-per-file', limits.maxBytesPerFile)
    await this.#change('writeFile', signal, () =>
      this.#making(names.slice(0, -1), path, ({ folder, made }, reserve) =>
        writeFileIn(
          folder,
          names.at(-1) ?? '',
          path,
          bytes,
          (added, replaced) => reserve({ ...added, entries: added.entries + made }, replaced),
          signal,
        ),
      ),
    )
  }

  /** What is in a folder, by name. @param path '' is the workspace itself. @throws {@link SessError} `WORKSPACE_NOT_FOUND`. */
  async list(path = '', { signal }: CallOptions = {}): Promise<readonly WorkspaceEntry[]> {
    const names = checkedEntryPath(path, 'top')
    return await guarded('list', signal, async () =>
      within(await descend(await this.#parts.openFolder(), names, path), (folder) =>
        listFolder(folder, this.#parts.limits.maxEntries, signal),
      ),
    )
  }

  /** What is at the path, of a link the link itself. @throws {@link SessError} `WORKSPACE_NOT_FOUND`. */
  async stat(path: string, { signal }: CallOptions = {}): Promise<WorkspaceEntry> {
    return await this.#inFolderOf('stat', checkedEntryPath(path), path, signal, async (folder, name) => {
      const stats = await lookUp(folder, name)
      if (stats === null) throw notFound(path)
      return toEntry(name, stats)
    })
  }

  /** Makes a folder, and those it is in. Nothing happens if it is there. @throws {@link SessError} `WORKSPACE_QUOTA`. */
  async makeFolder(path: string, { signal }: CallOptions = {}): Promise<void> {
    const names = checkedEntryPath(path)
    await this.#change('makeFolder', signal, () =>
      this.#making(names, path, async ({ made }, reserve) => {
        if (made > 0) await reserve({ bytes: 0, entries: made }, { bytes: 0, entries: 0 })
      }),
    )
  }

  /** Removes what is at the path, a folder with all that is in it, a link itself. @returns false if there was nothing. */
  async remove(path: string, { signal }: CallOptions = {}): Promise<boolean> {
    const names = checkedEntryPath(path)
    try {
      return await this.#change('remove', signal, () =>
        this.#inFolderOf('remove', names, path, signal, (folder, name) => this.#remove(folder, name)),
      )
    } catch (error) {
      if (isSessError(error, 'WORKSPACE_NOT_FOUND')) return false
      throw error
    }
  }

  /** Counts what there is. It ends early when there is more than `maxEntries`. */
  async usage({ signal }: CallOptions = {}): Promise<WorkspaceUsage> {
    return await guarded('usage', signal, () => this.#measure())
  }

  async #remove(folder: OpenFolder, name: string): Promise<boolean> {
    const stats = await lookUp(folder, name)
    if (stats === null) return false
    if (stats.isDirectory()) await this.#parts.discard(folder, name)
    else await ifThere(unlink(await folder.at(name)))
    return true
  }

  async #inFolderOf<Value>(
    action: string,
    names: readonly string[],
    path: string,
    signal: AbortSignal | undefined,
    use: (folder: OpenFolder, name: string) => Promise<Value>,
  ): Promise<Value> {
    return await guarded(action, signal, async () =>
      within(await descend(await this.#parts.openFolder(), names.slice(0, -1), path), (folder) =>
        use(folder, names.at(-1) ?? ''),
      ),
    )
  }

  async #change<Value>(action: string, signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    return await this.#parts.ledger().inTurn(signal, () => guarded(action, signal, work))
  }

  /** Works in a folder that is made as far as it is missing; if `work` fails, it is taken back. */
  async #making(
    names: readonly string[],
    path: string,
    work: (folders: MadeFolders, reserve: Reserve) => Promise<void>,
  ): Promise<void> {
    const ledger = this.#parts.ledger()
    const reserve: Reserve = (added, replaced) => ledger.reserve(added, replaced, () => this.#measure())
    const folders = await descendMaking(await this.#parts.openFolder(), names, path)
    try {
      await within(folders.folder, () => work(folders, reserve))
    } catch (error) {
      // What others have put into them meanwhile keeps them.
      await this.#parts
        .openFolder()
        .then((top) => unmake(top, names, folders.made))
        .catch(() => {})
      throw error
    }
  }

  async #measure(): Promise<WorkspaceUsage> {
    // One more than there may be: a file that takes the place of another is counted beside it.
    return await within(await this.#parts.openFolder(), (top) => measure(top, this.#parts.limits.maxEntries + 1))
  }
}

function checkedContent(content: unknown): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  if (content instanceof Uint8Array) return content
  throw invalidArgument('content', 'must be a string or bytes')
}
