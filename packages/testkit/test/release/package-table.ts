import { readFileSync, writeFileSync } from 'node:fs'
import type { UserFolder } from './user-folder.ts'

/** A package as somebody gets it. */
export interface PackageRow {
  readonly name: string
  readonly version: string
  readonly files: number
  readonly unpackedBytes: number
  /** Those of its own `package.json`, peers included. */
  readonly dependencies: readonly string[]
  /** How many packages are installed with it, itself included. */
  readonly installed: number
}

const begin = '<!-- begin of the table -->\n'
const end = '<!-- end of the table -->'

export function packageRow(user: UserFolder, name: string): PackageRow {
  const { version, dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = user.manifest(name)
  const { files, bytes } = user.size(name)
  const kind = (peer: string) => (peerDependenciesMeta[peer]?.optional === true ? 'optional' : 'peer')
  const peers = Object.keys(peerDependencies).map((peer) => `${peer} (${kind(peer)})`)
  const installed = user.neededBy(name).size
  return {
    name,
    version,
    files,
    unpackedBytes: bytes,
    dependencies: [...Object.keys(dependencies), ...peers],
    installed,
  }
}

/** The table as it stands in the documentation. */
export function packageTable(rows: readonly PackageRow[], gates: string): string {
  const lines = rows.map(({ name, version, files, unpackedBytes, dependencies, installed }) => {
    const needs = dependencies.map((dependency) => dependency.replace(/^\S+/, '`$&`')).join(', ') || 'none'
    const size = `${Math.round(unpackedBytes / 1000)} kB`
    return `| \`${name}\` | ${version} | ${files} | ${size} | ${needs} | ${installed} | ${gates} |\n`
  })
  return `| package | version | files | unpacked | runtime dependencies | packages installed | gates |
| --- | --- | --: | --: | --- | --: | --- |
${lines.join('')}`
}

/** Puts a new table into a page in the place of the old one, and answers the old one. */
export function keptTable(page: string, table: string, options: { readonly write: boolean }): string {
  const text = readFileSync(page, 'utf8')
  const [before, rest] = text.split(begin)
  const [kept, after] = (rest ?? '').split(end)
  if (before === undefined || kept === undefined || after === undefined) throw new Error(`${page} has no place for it.`)
  if (options.write) writeFileSync(page, `${before}${begin}${table}${end}${after}`)
  return kept
}

/** Lines of a table with what changes with every commit, files and sizes, told apart. */
export function tableSizes(table: string): { readonly lines: readonly string[]; readonly sizes: readonly number[] } {
  const sizes: number[] = []
  const lines = table.split('\n').map((line) =>
    line.replace(/ \| (\d+) \| (\d+) kB \| /, (_, files: string, size: string) => {
      sizes.push(Number(files), Number(size))
      return ' | … | … | '
    }),
  )
  return { lines, sizes }
}
