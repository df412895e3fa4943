import { createHash } from 'node:crypto'

/** How long the public name of a tool may be, for the providers of models. */
const maxNameLength = 64

/** A name that could be one of ours: the ten digits behind the last `_`. */
const hashedEnd = /_[0-9a-f]{10}$/

/**
 * The name a model knows a tool by: `server__tool`, of letters, digits, `_` and `-`, at most 64. It depends on nothing but the two,
 * so no server renames another one's tools; what had to be changed or cut ends in a hash of both.
 *
 * Server ids have no `_`, so the first one ends the id.
 */
export function publicToolName(server: string, tool: string): string {
  const plain = tool.replaceAll(/[^A-Za-z0-9_-]/g, '_')
  const name = `${server}__${plain}`
  // What merely looks hashed is hashed too, or a server could name a tool as another one of its own will be called.
  if (plain === tool && name.length <= maxNameLength && !hashedEnd.test(tool)) return name
  const hash = createHash('sha256').update(`${server}\0${tool}`).digest('hex').slice(0, 10)
  return `${name.slice(0, maxNameLength - hash.length - 1)}_${hash}`
}

/** The id of the server in a public name, '' if there is none. */
export function serverOf(publicName: string): string {
  const end = publicName.indexOf('__')
  return end === -1 ? '' : publicName.slice(0, end)
}
