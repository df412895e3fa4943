import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { contractServer } from './contract-server.ts'

const server = contractServer()
server.onclose = () => process.exit(0)
await server.connect(new StdioServerTransport())
