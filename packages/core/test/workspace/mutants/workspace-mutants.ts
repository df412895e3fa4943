/** A guard that is taken out of the sources, and a case that must fail then. */
export interface WorkspaceMutant {
  /** Of `src/workspace`. */
  readonly file: string
  /** Text that is there exactly once. */
  readonly guard: string
  readonly instead: string
  /** How the name of the case begins. */
  readonly fails: string
}

const mutant = (file: string, guard: string, instead: string, fails: string): WorkspaceMutant => ({
  file: `${file}.ts`,
  guard,
  instead,
  fails,
})

export const workspaceMutants: readonly WorkspaceMutant[] = [
  mutant(
    'descriptor-folder',
    'O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW',
    'O_RDONLY | constants.O_DIRECTORY',
    'hostile: a link to a folder outside, in the middle',
  ),
  mutant(
    'entry-kind',
    "if (stats.isSymbolicLink()) throw linkRefused(path, 'a symbolic link')",
    '',
    'hostile: a link to a file outside',
  ),
  mutant('entry-kind', "if (!stats.isFile()) throw notRegular(path, 'not a file')", '', 'hostile: a pipe is'),
  mutant(
    'entry-kind',
    "if (stats.nlink > 1) throw linkRefused(path, 'a file with more than one name')",
    '',
    'hostile: a hard link',
  ),
  mutant('entry-path', "name === '.' || name === '..'", 'false', 'path: a path with .. inside'),
  mutant('entry-path', "path.includes('\\0')", 'false', 'path: a NUL'),
  mutant('entry-path', "path.includes('\\\\')", 'false', 'path: a backslash'),
  mutant('entry-path', '!path.isWellFormed()', 'false', 'path: a lone surrogate'),
  mutant('entry-path', 'names.length > maxDepth', 'false', 'path: a depth of 33'),
  mutant('entry-path', 'utf8Bytes(name) > 255', 'false', 'path: a name of 256 bytes in 128 letters'),
  mutant('entry-path', 'if (isTemporary(name))', 'if (false)', 'path: a name for what is being written'),
  mutant('safe-root', '(stats.mode & 0o022) !== 0', 'false', 'root: one that others'),
  mutant('session-folder', 'assertSafe(folder.stats)', '', 'root: one that others'),
  mutant('session-folder', '(folder.stats.mode & 0o777) !== 0o700', 'false', 'provision: modes that somebody loosened'),
  mutant(
    'session-folder',
    "marker === 'foreign' || (marker === 'missing' && isThere)",
    'false',
    'marker: one of another owner',
  ),
  mutant('session-folder', "(marker === 'missing' && isThere)", 'false', 'marker: without it'),
  mutant(
    'session-folder',
    "if (marker === 'foreign') throw foreign(place)\n    if (marker",
    'if (marker',
    'marker: one of another session',
  ),
  mutant('session-folder', "if (marker === 'missing') return\n", '', 'provision: a folder that was there'),
  mutant(
    'session-folder',
    'if ((await lookUp(ownerFolder, place.name)) !== null) throw exists(place)',
    '',
    'provision: a folder that was there',
  ),
  mutant('session-folder', "if (before === 'foreign') throw foreign(place)", '', 'marker: an empty one'),
  mutant('session-folder', 'await removeIfEmpty(root, place.ownerName)', '', 'destroy: removes the folder'),
  mutant(
    'session-folder',
    'await ifThere(unlink(await ownerFolder.at(place.markerName)))',
    '',
    'destroy: removes the folder',
  ),
  mutant(
    'owner-marker',
    "marker.equals(place.marker) ? 'ours' : 'foreign'",
    "'ours'",
    'marker: one of another session',
  ),
  mutant(
    'owner-marker',
    'O_RDONLY | O_NOFOLLOW | O_NONBLOCK',
    'O_RDONLY | O_NONBLOCK',
    'marker: a link to one that says so',
  ),
  mutant('folder-name', 'owner.orgId === defaultOrgId', 'true', 'place: the same user id'),
  mutant('trash', 'startsWith(name, prefix) && ', '', 'destroy: finishes what a crash left'),
  mutant('ledger', 'if (exceeded !== null) throw exceeded', '', 'quota: exactly the bytes'),
  mutant('ledger', '!this.#isMuch(uncounted) && ', '', 'quota: what programs write later'),
  mutant(
    'ledger',
    'orAbort(before, signal).then(work)',
    'orAbort(Promise.resolve(), signal).then(work)',
    'quota: sixty writers',
  ),
  mutant('write-file', 'await unlink(await folder.at(draft)).catch(() => {})', '', 'quota: exactly the bytes'),
  mutant('write-file', 'await file.truncate(content.length)', '', 'quota: exactly the bytes'),
  mutant('write-file', '0o600 | ((before?.mode ?? 0) & 0o700)', '0o600', 'files: writing again'),
  mutant('workspace', 'unmake(top, names, folders.made)', 'top.close()', 'quota: exactly the bytes'),
  mutant(
    'workspace',
    'if (bytes.length > limits.maxBytesPerFile) throw',
    'if (false) throw',
    'quota: a file of just the size',
  ),
  mutant(
    'workspace',
    'this.#parts.limits.maxEntries + 1',
    'this.#parts.limits.maxEntries',
    'quota: a workspace that programs filled',
  ),
  mutant('workspace-entry', ' && !isTemporary(name)', '', 'list: names, kinds'),
  mutant('workspace-entry', 'if (entries.length > maxEntries)', 'if (false)', 'list: more entries'),
  mutant('measure', 'if (depth > maxDepth) throw tooDeep()', '', 'hostile: folders nested'),
  mutant('measure', 'if (await isRemoved(folder, name, stats.mtimeMs)) continue', '', 'quota: what a crash left'),
  mutant('reap', 'Date.now() - stats.mtimeMs < graceMs ||', '', 'reap: keeps what lives'),
  mutant('reap', "if (isSessError(error, 'SESSION_EXPIRED')) return true", '', 'reap: keeps what lives'),
  mutant('reap', "if (isSessError(error, 'SESSION_NOT_FOUND')) return false", 'return false', 'reap: removes nothing'),
  mutant('reap', 'place.ownerName === ownerName && ', '', 'reap: leaves alone'),
  mutant('reap', '!(graceMs >= leastGraceMs)', 'false', 'reap: a graceMs'),
]
