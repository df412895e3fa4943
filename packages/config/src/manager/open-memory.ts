import type { Store } from '@sess/core'
import type { MemoryConfig } from '../config.ts'
import { loadStorePackage } from './load-store-package.ts'

export async function openMemory({ maxSessions, eviction }: MemoryConfig): Promise<Store> {
  const { MemoryStore } = await loadStorePackage('@sess/store-memory', () => import('@sess/store-memory'))
  return new MemoryStore({ eviction, ...(maxSessions !== null && { maxSessions }) })
}
