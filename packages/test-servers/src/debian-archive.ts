import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The Debian mirror that this machine uses, as a source line wants it: `[signed-by=…] http://…`. Null if not on Debian. */
export function debianArchive(): string | null {
  if (!/^ID="?debian"?$/m.test(read('/etc/os-release'))) return null
  const parts = '/etc/apt/sources.list.d'
  const files = list(parts).map((name) => join(parts, name))
  const entries = [
    ...files
      .filter((file) => file.endsWith('.sources'))
      .flatMap((file) =>
        read(file)
          .split(/\n\s*\n/)
          .map(fromStanza),
      ),
    ...['/etc/apt/sources.list', ...files.filter((file) => file.endsWith('.list'))].flatMap((file) =>
      read(file).split('\n').map(fromLine),
    ),
  ]
  // Other vendors have no component of this name, or suites of other names; security is another archive.
  const entry = entries.find((one) => one?.components.includes('main') && !/security|nodistro/.test(one.suites))
  if (entry === undefined || entry === null) return null
  return entry.keyring === undefined ? entry.uri : `[signed-by=${entry.keyring}] ${entry.uri}`
}

interface SourceEntry {
  readonly uri: string
  readonly suites: string
  readonly components: readonly string[]
  readonly keyring: string | undefined
}

function fromStanza(stanza: string): SourceEntry | null {
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.+)$`, 'im').exec(stanza)?.[1]?.trim()
  const uri = field('URIs')?.split(/\s+/)[0]
  const keyring = field('Signed-By')
  if (uri === undefined || !/\bdeb\b/.test(field('Types') ?? '') || field('Enabled') === 'no') return null
  return {
    uri,
    suites: field('Suites') ?? '',
    components: (field('Components') ?? '').split(/\s+/),
    keyring: keyring?.startsWith('/') ? keyring : undefined,
  }
}

function fromLine(line: string): SourceEntry | null {
  const [, options = '', uri, suites = '', components = ''] =
    /^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line) ?? []
  if (uri === undefined) return null
  const keyring = /signed-by=(\S+)/.exec(options)?.[1]
  return { uri, suites, components: components.split(/\s+/), keyring }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
