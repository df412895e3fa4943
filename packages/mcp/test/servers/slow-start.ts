import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { contractServer } from './contract-server.ts'

/** The contract server, which takes its time to start: the milliseconds of its argument. */
setTimeout(() => void contractServer().connect(new StdioServerTransport()), Number(process.argv[2]))
