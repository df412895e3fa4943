export type { ToolCallOptions } from './clients/call-tool.ts'
export type { ClientInfo } from './clients/client-info.ts'
export type { ClientFailure, ClientState } from './clients/client-state.ts'
export type { SessionTool } from './clients/list-tools.ts'
export type { CommandRule } from './config/command-policy.ts'
export { type ImportedServers, importServers } from './config/import-servers.ts'
export { environmentSecrets, type SecretRequest, type SecretResolver } from './config/secrets.ts'
export type { AuthConfig, HttpConfig, InProcessConfig, ServerConfig, StdioConfig } from './config/server-config.ts'
export type {
  CallToolOptions,
  ConnectionEnd,
  ConnectOptions,
  McpConnection,
  McpDriver,
  McpProgress,
  McpPrompt,
  McpResource,
  McpServerInfo,
  McpTool,
  McpToolResult,
  RequestOptions,
} from './driver/mcp-driver.ts'
export type { HttpEndpoint, InProcessEndpoint, McpEndpoint, StdioEndpoint } from './driver/mcp-endpoint.ts'
export { type SdkDriverOptions, sdkDriver } from './driver/sdk-driver.ts'
export type { FetchPolicy } from './http/fetch-policy.ts'
export type {
  ClientContext,
  InProcessServer,
  McpHubOptions,
  McpLimits,
  McpTimeouts,
  OAuthResolver,
  ServerFactory,
} from './hub-options.ts'
export { McpClients } from './mcp-clients.ts'
export { McpHub } from './mcp-hub.ts'
export { ProcessRegistry, type ProcessRegistryOptions } from './stdio/process-registry.ts'
export type { ListedTool } from './tools/catalogue.ts'
export type { QuarantineReason } from './tools/pins.ts'
