import type { JsonObject } from '@sess/core'
import type { HttpEndpoint, InProcessEndpoint, McpEndpoint, StdioEndpoint } from '../driver/mcp-endpoint.ts'
import type { GuardedFetch } from '../http/guarded-fetch.ts'
import type { ClientContext, McpHubOptions } from '../hub-options.ts'
import { configInvalid, mcpError } from '../mcp-error.ts'
import { factoryMissing } from './assert-allowed.ts'
import { allowedCommand } from './command-policy.ts'
import { assertEnvironment, programEnvironment } from './environment.ts'
import type { Reference } from './reference.ts'
import { withSecrets } from './secrets.ts'
import type { HttpConfig, InProcessConfig, ServerConfig, StdioConfig } from './server-config.ts'

/** What an endpoint is made of, beside its configuration. */
export interface EndpointContext extends ClientContext {
  readonly workspacePath: string | null
  readonly signal: AbortSignal
  readonly fetch: GuardedFetch['fetch']
}

/**
 * Where a server is, now: secrets looked up for this owner, the command and its arguments held against the hub's policy once more.
 *
 * @throws {@link SessError} `MCP_SECRET_UNRESOLVED`, `MCP_POLICY_DENIED`, `MCP_SPAWN_FAILED`, `MCP_FACTORY_MISSING`, `MCP_AUTH_REQUIRED`,
 * `MCP_CONFIG_INVALID`. Nothing was started or sent.
 */
export async function openEndpoint(
  config: ServerConfig,
  hub: McpHubOptions,
  context: EndpointContext,
): Promise<McpEndpoint> {
  const resolve = (text: string): Promise<string> => withSecrets(text, config.id, lookUpFor(hub, context))
  switch (config.transport) {
    case 'stdio':
      return await stdioEndpoint(config, hub, context, resolve)
    case 'in-process':
      return inProcessEndpoint(config, hub, context)
    default:
      return await httpEndpoint(config, hub, context, resolve)
  }
}

type Resolve = (text: string) => Promise<string>

function lookUpFor({ secrets }: McpHubOptions, context: EndpointContext) {
  const { owner, sessionId, server, workspacePath, signal } = context
  return async ({ source, name }: Reference) => {
    if (source === 'session') return name === 'workspace' ? workspacePath : name === 'id' ? sessionId : null
    return secrets?.({ source, name, owner, sessionId, server }, { signal })
  }
}

async function stdioEndpoint(
  { id, command, args = [], env = {} }: StdioConfig,
  { commands = [], variables = [], workingDirectory }: McpHubOptions,
  { workspacePath }: EndpointContext,
  resolve: Resolve,
): Promise<StdioEndpoint> {
  const cwd = workspacePath ?? workingDirectory
  if (cwd === undefined) throw mcpError('MCP_POLICY_DENIED', id, 'the session has no workspace for a program to run in')
  assertEnvironment(id, env, variables)
  const resolvedArgs = await Promise.all(args.map(resolve))
  const path = await allowedCommand(id, command, resolvedArgs, commands)
  const given = await resolvedValues(env, resolve)
  return { transport: 'stdio', command: path, args: resolvedArgs, env: programEnvironment(given), cwd }
}

async function httpEndpoint(
  { id, transport, url, headers = {}, auth = { type: 'none' } }: HttpConfig,
  { oauth }: McpHubOptions,
  context: EndpointContext,
  resolve: Resolve,
): Promise<HttpEndpoint> {
  const address = await resolve(url)
  if (!URL.canParse(address)) throw configInvalid('url', 'is no address with its references replaced', { server: id })
  const given = await resolvedValues(headers, resolve)
  if (auth.type === 'bearer') given.authorization = `Bearer ${await resolve(auth.token)}`
  for (const [name, value] of Object.entries(given))
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw configInvalid(`headers.${name}`, 'has characters that no header may have', { server: id })
  const provider =
    auth.type === 'oauth' ? await Promise.resolve(oauth?.(auth.provider, publicPart(context))) : undefined
  if (auth.type === 'oauth' && (provider === undefined || provider === null))
    throw mcpError('MCP_AUTH_REQUIRED', id, 'this process knows no such OAuth provider')
  return {
    transport,
    url: new URL(address),
    headers: given,
    fetch: context.fetch,
    ...(provider !== undefined && { oauthProvider: provider }),
  }
}

function inProcessEndpoint(
  { id, factory, options = {} }: InProcessConfig,
  { factories = {} }: McpHubOptions,
  context: EndpointContext,
): InProcessEndpoint {
  const make = Object.hasOwn(factories, factory) ? factories[factory] : undefined
  if (make === undefined) throw factoryMissing(id, factory)
  return {
    transport: 'in-process',
    connectServer: async (transport) => {
      const server = await make({ ...publicPart(context), options: options as JsonObject })
      await server.connect(transport)
    },
  }
}

function publicPart({ owner, sessionId, server }: EndpointContext): ClientContext {
  return { owner, sessionId, server }
}

async function resolvedValues(
  values: Readonly<Record<string, string>>,
  resolve: Resolve,
): Promise<Record<string, string>> {
  const entries = Object.entries(values).map(async ([name, value]) => [name, await resolve(value)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
