import type { Codec, Store } from '@sess/core'
import type { MemoryConfig } from '../config.ts'
import { loadStorePackage } from './load-store-package.ts'

export async function openMemory({ maxSessions, eviction }: MemoryConfig, codec: Codec | undefined): Promise<Store> {
  const { MemoryStore } = await loadStorePackage('@sess/store-memory', () => import('@sess/store-memory'))
  return new MemoryStore({ codec, eviction, ...(maxSessions !== null && { maxSessions }) })
}
