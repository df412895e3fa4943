// Imports a file into a store and exports it again, in a process that may hold only so much.
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SessionManager } from '@sess/core'
import { MysqlStore, type MysqlStoreOptions } from '@sess/store-mysql'
import { RedisStore, type RedisStoreOptions } from '@sess/store-redis'

const [kind = '', options = '{}', source = '', target = ''] = process.argv.slice(2)
const parsed: unknown = JSON.parse(options)
const store =
  kind === 'redis' ? new RedisStore(parsed as RedisStoreOptions) : new MysqlStore(parsed as MysqlStoreOptions)
const manager = new SessionManager({ store, cleanup: false })
const scope = manager.for({ orgId: 'acme', userId: 'ada' })
const session = await scope.importSession(createReadStream(source), { ids: 'keep' })
await pipeline(Readable.from(session.export()), createWriteStream(target))
await manager.close()
