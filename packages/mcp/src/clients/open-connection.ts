import { isSessError, orAbort } from '@sess/core'
import type { McpConnection } from '../driver/mcp-driver.ts'
import { aboutServer } from '../mcp-error.ts'
import type { ClientHost } from './client-host.ts'

/** @throws {@link SessError} what went wrong, with the name of the server. */
export async function openConnection(server: string, host: ClientHost, signal: AbortSignal): Promise<McpConnection> {
  const { connectMs: timeoutMs } = host.timeouts
  const { onToolsChanged, onWarning } = host
  try {
    const endpoint = await orAbort(host.open(signal), signal)
    return await host.driver.connect(endpoint, { timeoutMs, signal, onToolsChanged, onWarning })
  } catch (error) {
    signal.throwIfAborted()
    throw aboutServer(error, server, 'MCP_CONNECT_FAILED')
  }
}

const pingMs = 5_000

/** Whether the server is still there. */
export async function answersPing(connection: McpConnection, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await connection.ping({ timeoutMs: pingMs, signal })
    return true
  } catch (error) {
    signal?.throwIfAborted()
    // A server that does not know pings has answered.
    return isSessError(error, 'MCP_PROTOCOL')
  }
}
