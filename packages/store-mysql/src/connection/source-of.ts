import { createPool } from 'mysql2'
import type { CheckedOptions } from '../options.ts'
import type { ConnectionSource } from './connection.ts'
import { KyselySource } from './kysely-source.ts'
import { PoolSource } from './pool-source.ts'

/** Connections as the options ask for them. Nothing is connected yet. */
export function sourceOf({ source }: CheckedOptions): ConnectionSource {
  if ('pool' in source) return new PoolSource(source.pool, false)
  if ('kysely' in source) return new KyselySource(source.kysely)
  return new PoolSource(createPool(source.make), true)
}
