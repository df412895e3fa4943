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
