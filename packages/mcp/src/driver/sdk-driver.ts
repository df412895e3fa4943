import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js'
import { ProcessRegistry } from '../stdio/process-registry.ts'
import type { ConnectOptions, McpConnection, McpDriver } from './mcp-driver.ts'
import type { McpEndpoint } from './mcp-endpoint.ts'
import { SdkConnection } from './sdk-connection.ts'

/** What the driver over `@modelcontextprotocol/sdk` works with. */
export interface SdkDriverOptions {
  /** Where the programs that are started are known. @default a registry of this driver */
  readonly processes?: ProcessRegistry | undefined
  /** How large one message of a stdio server may be. @default 10 MiB */
  readonly maxMessageBytes?: number | undefined
  /** Who we say we are. @default { name: 'sess', version: '1' } */
  readonly client?: { readonly name: string; readonly version: string } | undefined
}

/** The driver on `@modelcontextprotocol/sdk`. */
export function sdkDriver(options: SdkDriverOptions = {}): McpDriver {
  const processes = options.processes ?? new ProcessRegistry()
  const maxMessageBytes = options.maxMessageBytes ?? 10 * 1024 * 1024
  const identity = options.client ?? { name: 'sess', version: '1' }
  return {
    name: 'sdk',
    async connect(endpoint: McpEndpoint, connect: ConnectOptions): Promise<McpConnection> {
      // No capabilities: whoever sends elicitations or samplings or asks for roots is told that there is no such method.
      const client = new Client({ ...identity }, { capabilities: {}, jsonSchemaValidator: noValidator })
      return await SdkConnection.open(client, endpoint, { ...connect, processes, maxMessageBytes })
    },
  }
}

/** What tools answer is checked by the hub, with an engine for regular expressions that can't be made to hang. */
const noValidator: jsonSchemaValidator = {
  getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
}
