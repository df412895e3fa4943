import type { JsonObject, JsonValue } from '@sess/core'
import type { ServerConfig } from '../config/server-config.ts'
import { configInvalid } from '../mcp-error.ts'
import type { Pins } from '../tools/pins.ts'

/** A server as it is kept with the session: no secrets, nothing of a connection. */
export interface KeptServer {
  readonly config: ServerConfig
  /** Made when it was added: a server that was removed and added again is another one. */
  readonly revision: string
  readonly pins: Pins
}

export type KeptServers = ReadonlyMap<string, KeptServer>

const version = 1

/** What was kept. @throws {@link SessError} `MCP_CONFIG_INVALID` if a newer version of this package wrote it. */
export function keptServers(value: JsonObject): KeptServers {
  if (value.version !== undefined && value.version !== version)
    throw configInvalid('version', 'is one that this version of @sess/mcp does not know')
  const entries = Object.entries((value.servers ?? {}) as JsonObject).map(([id, entry]) => {
    const { config, revision, pins } = entry as JsonObject
    return [id, { config: config as unknown as ServerConfig, revision: String(revision), pins: pinsOf(pins) }] as const
  })
  return new Map(entries)
}

/** The same as it is kept. */
export function keptValue(servers: KeptServers): JsonObject {
  const entries = [...servers].map(([id, { config, revision, pins }]) => [id, { config, revision, pins }])
  return { version, servers: Object.fromEntries(entries) }
}

/** Damaged pins accept nothing. */
function pinsOf(pins: JsonValue | undefined): Pins {
  if (pins === null) return null
  if (typeof pins !== 'object' || Array.isArray(pins)) return {}
  return Object.fromEntries(
    Object.entries(pins).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
