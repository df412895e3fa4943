// A registry for its parent process: listens on loopback, says where, and ends with its parent.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [installed, configFile] = process.argv.slice(2)
process.once('disconnect', () => process.exit())

const { runServer } = createRequire(join(installed, 'package.json'))('verdaccio')
const server = await runServer(configFile)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send(server.address().port)
