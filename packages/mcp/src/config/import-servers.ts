import { createHash } from 'node:crypto'
import { isSessError, type JsonObject, type JsonValue, utf8Bytes } from '@sess/core'
import { configInvalid } from '../mcp-error.ts'
import { checkedConfig } from './checked-config.ts'
import { readJson } from './read-json.ts'
import type { ServerConfig } from './server-config.ts'

/** The servers of an imported file, and what was not taken over. */
export interface ImportedServers {
  /** In the order of the file; `add` takes each of them. */
  readonly servers: readonly ServerConfig[]
  /** What was left out or changed, with its line. */
  readonly warnings: readonly string[]
}

const maxBytes = 1_048_576

/** What editors write that says nothing about how to reach a server, or is asked again here. */
const passedOver = new Set([
  ...[
    'description',
    'disabled',
    'autoApprove',
    'alwaysAllow',
    'timeout',
    'gallery',
    'version',
    'dev',
    'cwd',
    'envFile',
  ],
  ...['icon', 'title', 'enabled', 'trust', 'includeTools', 'excludeTools'],
])

/**
 * The servers of a file that an editor keeps them in: `mcpServers` (Claude, Cursor) or `servers` (VS Code), comments allowed.
 * `${NAME}` and `${NAME:-default}` become `${env:NAME}`, `${input:id}` stays; a name that can't be an id is changed to one.
 *
 * @throws {@link SessError} `MCP_CONFIG_INVALID`, `MCP_SECRET_INLINE` with the line and the field. Nothing is imported then.
 */
export function importServers(json: string): ImportedServers {
  if (typeof json !== 'string') throw configInvalid('json', 'must be text')
  if (utf8Bytes(json) > maxBytes) throw configInvalid('json', `has more than ${maxBytes} bytes`)
  const { value, lines } = readJson(json)
  const file = objectAt(value, 'the file', lines.get(''))
  const key = ['mcpServers', 'servers'].find((name) => Object.hasOwn(file, name))
  if (key === undefined) throw configInvalid('the file', 'has neither mcpServers nor servers', { line: 1 })
  const warnings: string[] = []
  const servers: ServerConfig[] = []
  const taken = new Set<string>()
  for (const [name, entry] of Object.entries(objectAt(file[key], key, lines.get(key)))) {
    const place = `${key}.${name}`
    const lineOf = (field: string) => lines.get(`${place}.${field}`) ?? lines.get(place)
    const warn = (field: string, what: string) => warnings.push(`line ${lineOf(field)}: ${place}.${field} ${what}`)
    const id = idFor(name, taken)
    taken.add(id)
    if (id !== name) warnings.push(`line ${lines.get(place)}: ${place} is called ${id} here`)
    const config = configOf(id, objectAt(entry, place, lines.get(place)), place, lineOf, warn)
    try {
      servers.push(checkedConfig(config))
    } catch (error) {
      throw located(error, place, lineOf)
    }
  }
  return { servers, warnings }
}

type Warn = (field: string, what: string) => void

function configOf(
  id: string,
  entry: JsonObject,
  place: string,
  lineOf: (field: string) => number | undefined,
  warn: Warn,
): JsonObject {
  const { type, command, url, ...others } = entry
  const fail = (field: string, problem: string) => configInvalid(`${place}.${field}`, problem, { line: lineOf(field) })
  if (command !== undefined && url !== undefined) throw fail('url', 'must not be there beside command')
  if (command === undefined && url === undefined) throw fail('command', 'is missing, and so is url')
  const transport = transportOf(type, command !== undefined, fail)
  if (transport === 'sse') warn('type', 'is the older way to speak over HTTP; http is the newer one')
  const known = transport === 'stdio' ? ['args', 'env'] : ['headers', 'auth']
  const config: Record<string, JsonValue> = { id, transport }
  if (transport === 'stdio') config.command = command ?? ''
  else config.url = ours(url ?? '')
  for (const [field, value] of Object.entries(others)) {
    if (known.includes(field)) config[field] = ours(value)
    else warn(field, passedOver.has(field) ? 'is not taken over' : 'is unknown, and not taken over')
  }
  return config
}

function transportOf(
  type: JsonValue | undefined,
  isProgram: boolean,
  fail: (field: string, problem: string) => Error,
): 'stdio' | 'http' | 'sse' {
  if (isProgram) {
    if (type !== undefined && type !== 'stdio') throw fail('type', 'must be stdio where there is a command')
    return 'stdio'
  }
  if (type === undefined || type === 'http' || type === 'streamable-http' || type === 'streamableHttp') return 'http'
  if (type === 'sse') return 'sse'
  throw fail('type', 'is unknown; there are stdio, http and sse')
}

const editorReference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^{}]*)?\}/g

/** The references of editors as ours, in every text. */
function ours(value: JsonValue): JsonValue {
  if (typeof value === 'string')
    return value.replaceAll(editorReference, (_, name: string, fallback = '') => `\${env:${name}${fallback}}`)
  if (Array.isArray(value)) return value.map(ours)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, ours(item)]))
}

/** The name as an id; with a bit of a hash where it was changed and another server has that id. */
function idFor(name: string, taken: ReadonlySet<string>): string {
  const plain =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 32) || 'server'
  if (!taken.has(plain)) return plain
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `${plain.slice(0, 25)}-${hash}`
}

function objectAt(value: JsonValue | undefined, field: string, line: number | undefined): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw configInvalid(field, 'must be an object', { line })
  return value as JsonObject
}

/** The error about a field of a configuration as one about its place in the file. */
function located(error: unknown, place: string, lineOf: (field: string) => number | undefined): unknown {
  if (isSessError(error, 'MCP_CONFIG_INVALID') || isSessError(error, 'MCP_SECRET_INLINE')) {
    const { field, reason = '' } = error.details
    const line = lineOf(field.replaceAll(/\[(\d+)\]/g, '.$1'))
    const problem = error.code === 'MCP_SECRET_INLINE' ? `holds a secret; ${reason}` : reason
    const told = configInvalid(`${place}.${field}`, problem, { line })
    return error.code === 'MCP_SECRET_INLINE' ? Object.assign(error, { message: told.message }) : told
  }
  return error
}
