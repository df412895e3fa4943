import { invalidArgument, type JsonObject, type Logger, type Owner } from '@sess/core'
import type { CommandRule } from './config/command-policy.ts'
import type { SecretResolver } from './config/secrets.ts'
import type { McpDriver } from './driver/mcp-driver.ts'
import type { FetchPolicy } from './http/fetch-policy.ts'

/** What a hub allows and uses. Without anything it starts and reaches nothing. */
export interface McpHubOptions {
  /** The library that speaks MCP. @default `sdkDriver()` */
  readonly driver?: McpDriver | undefined
  /** Programs that configurations may name. @default none: nothing is started */
  readonly commands?: readonly CommandRule[] | undefined
  /** Variables that configurations may set although they change what is run, such as `NODE_OPTIONS`. @default none */
  readonly variables?: readonly string[] | undefined
  /** Where programs run for sessions that have no workspace, absolute. @default none: such a session starts no program */
  readonly workingDirectory?: string | undefined
  /** Knows what references stand for. The environment of the process is no source unless this says so. @default nothing is known */
  readonly secrets?: SecretResolver | undefined
  /** Makes the library's own OAuth client providers. @default none */
  readonly oauth?: OAuthResolver | undefined
  /** Where HTTP requests may go: servers, redirects, OAuth. @default public addresses over https, 10 MiB at most */
  readonly http?: FetchPolicy | undefined
  /** Servers in this process, by the names that configurations use. @default none */
  readonly factories?: Readonly<Record<string, ServerFactory>> | undefined
  /** Whether the tools a server lists first are accepted. What it adds or changes later never is by itself. @default 'accept' */
  readonly firstTools?: 'accept' | 'quarantine' | undefined
  readonly limits?: Partial<McpLimits> | undefined
  readonly timeouts?: Partial<McpTimeouts> | undefined
  /** @default none */
  readonly logger?: Logger | undefined
}

/** Who a client is opened for. */
export interface ClientContext {
  readonly owner: Owner
  readonly sessionId: string
  readonly server: string
}

/** The OAuth client provider of the name in a configuration, for this owner alone. Null or undefined: there is none. */
export type OAuthResolver = (provider: string, context: ClientContext) => unknown

/** Makes a server of its own for each connection: `({ owner }) => new McpServer(…)`. */
export type ServerFactory = (
  context: ClientContext & { readonly options: JsonObject },
) => InProcessServer | Promise<InProcessServer>

/** What servers of the SDKs have. */
export interface InProcessServer {
  // A method, so that a server which takes one library's own transports fits.
  connect(transport: unknown): Promise<void>
}

/** How much a session, a server and a call may have. */
export interface McpLimits {
  /** @default 16 */
  readonly serversPerSession: number
  /** @default 128 */
  readonly toolsPerServer: number
  /** @default 512 */
  readonly toolsPerSession: number
  /** Calls under way at one server of a session. @default 16 */
  readonly callsPerServer: number
  /** Calls under way in a session. @default 64 */
  readonly callsPerSession: number
  /** Calls that wait in a session; one more is `MCP_BUSY`. @default 64 */
  readonly queuedCalls: number
  /** The input of a call as UTF-8 JSON. @default 1_048_576 */
  readonly inputBytes: number
  /** The result of a call as UTF-8 JSON. @default 1_048_576 */
  readonly resultBytes: number
}

/** How long what may take. */
export interface McpTimeouts {
  /** @default 10_000 */
  readonly connectMs: number
  /** Lists, resources and prompts. @default 15_000 */
  readonly listMs: number
  /** How long a call may be silent; progress starts it anew. @default 60_000 */
  readonly callMs: number
  /** How long a call may take altogether. @default 600_000 */
  readonly callTotalMs: number
  /** How long closing a client is waited for. @default 5_000 */
  readonly closeMs: number
  /** How long a connection may be without use; null is for ever. @default 300_000 */
  readonly idleMs: number | null
}

export const defaultMcpLimits: McpLimits = Object.freeze({
  serversPerSession: 16,
  toolsPerServer: 128,
  toolsPerSession: 512,
  callsPerServer: 16,
  callsPerSession: 64,
  queuedCalls: 64,
  inputBytes: 1_048_576,
  resultBytes: 1_048_576,
})

const defaultMcpTimeouts: McpTimeouts = Object.freeze({
  connectMs: 10_000,
  listMs: 15_000,
  callMs: 60_000,
  callTotalMs: 600_000,
  closeMs: 5_000,
  idleMs: 300_000,
})

/** Longer ones would fire at once. */
const maxTimeoutMs = 2_147_483_647

/** @throws {@link SessError} `INVALID_ARGUMENT` naming the limit. */
export function checkedMcpLimits(limits: Partial<McpLimits>): McpLimits {
  return checkedNumbers(limits, defaultMcpLimits, 'limits', Number.MAX_SAFE_INTEGER)
}

/** @throws {@link SessError} `INVALID_ARGUMENT` naming the timeout. */
export function checkedMcpTimeouts(timeouts: Partial<McpTimeouts>): McpTimeouts {
  return checkedNumbers(timeouts, defaultMcpTimeouts, 'timeouts', maxTimeoutMs)
}

/** @throws {@link SessError} `INVALID_ARGUMENT` unless it is a duration that a timer keeps. */
export function checkedTimeoutMs(value: unknown, field: string): number {
  if (typeof value !== 'number' || !(value >= 1 && value <= maxTimeoutMs))
    throw invalidArgument(field, `must be a number from 1 to ${maxTimeoutMs}`)
  return value
}

function checkedNumbers<Numbers extends object>(
  given: Partial<Numbers>,
  defaults: Numbers,
  field: string,
  max: number,
): Numbers {
  if (typeof given !== 'object' || given === null) throw invalidArgument(field, 'must be an object')
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(defaults))
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name))
      throw invalidArgument(`${field}.${name}`, `is unknown; there are ${Object.keys(defaults).join(', ')}`)
    if (value === undefined) continue
    const isNever = value === null && name === 'idleMs'
    if (!isNever && (typeof value !== 'number' || !Number.isFinite(value) || value < 1 || value > max))
      throw invalidArgument(`${field}.${name}`, `must be a number from 1 to ${max}`)
    merged[name] = isNever ? null : Math.floor(value as number)
  }
  return Object.freeze(merged as Numbers)
}
