import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { contractServer } from './contract-server.ts'

/** A server that never answers `initialize`, or one that does not want to end: neither when its pipe is closed nor when it is asked to. */
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
setInterval(() => {}, 1_000)
if (process.argv[2] === 'close') void contractServer().connect(new StdioServerTransport())
else process.stdin.resume()
