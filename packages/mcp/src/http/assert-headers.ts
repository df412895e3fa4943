import { configInvalid } from '../mcp-error.ts'

/** Headers that belong to the connection or to the protocol, and that no configuration may set. */
const reserved = new Set([
  'connection',
  'content-length',
  'content-type',
  'accept',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Checks headers that are to be sent with every request. Values may be secrets, so no error shows one.
 *
 * @throws {@link SessError} `MCP_CONFIG_INVALID`.
 */
export function assertHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/.test(name))
      throw configInvalid('headers', 'has a name that is none of HTTP')
    if (reserved.has(name.toLowerCase())) throw configInvalid(`headers.${name}`, 'is not for a configuration to set')
    // Visible characters and Latin-1, spaces and tabs only inside: what is left can't end the line.
    if (!/^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(value)) {
      throw configInvalid(`headers.${name}`, 'has a value that can not be sent')
    }
  }
}
