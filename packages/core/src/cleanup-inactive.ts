import { allItems } from './all-items.ts'
import type { CallOptions } from './call-options.ts'
import { checkedDuration } from './expiry.ts'
import type { ManagerParts } from './manager-parts.ts'
import { sweep } from './sweep.ts'

/** Makes sessions without activity expire, and sweeps. See `SessionManager.cleanupInactive`. */
export async function cleanupInactive(
  parts: ManagerParts,
  idleMs: number,
  batchSize: number,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const checkedMs = checkedDuration(idleMs, 'idleMs')
  const ids: string[] = []
  for await (const id of allItems((page) => parts.store.expireIdle(checkedMs, page), options)) ids.push(id)
  await sweep(parts, batchSize, options)
  return ids
}
