import { sleep } from './abort.ts'
import { allItems } from './all-items.ts'
import type { CallOptions } from './call-options.ts'
import { pendingMs } from './create-session.ts'
import { deleteSession } from './delete-session.ts'
import { isSessError } from './errors.ts'
import type { ManagerParts } from './manager-parts.ts'
import { type Owner, sameOwner } from './owner.ts'
import { sweep } from './sweep.ts'

/** What became of a user's sessions. */
export interface Erasure {
  /** Sessions that are gone, with their chats, messages, context, resources and keys. */
  readonly sessions: number
  /**
   * Sessions whose resources could not be destroyed yet: they are out of reach, and the sweep goes on with them. And those that were
   * still being made after two minutes of waiting: repeat the call.
   */
  readonly failed: number
}

/** Removes all that a user has. See `SessionManager.eraseUser`. */
export async function eraseUser(
  parts: ManagerParts,
  owner: Owner,
  batchSize: number,
  options: CallOptions = {},
): Promise<Erasure> {
  let sessions = 0
  const failed = new Set<string>()
  // The last look removes nothing, and nothing was being made when it began: what was created during one is found by the next.
  const deadline = performance.now() + pendingMs
  let making = 0
  for (let before = -1, delayMs = 10; before < sessions || making > 0; delayMs = Math.min(delayMs * 2, 500)) {
    if (making > 0) {
      if (performance.now() > deadline) break
      await sleep(delayMs, options.signal)
    }
    before = sessions
    making = await parts.store.countSessions({ ...owner, status: 'pending' }, options)
    for await (const { id } of allItems((page) => parts.store.listSessions({ ...owner }, page), options)) {
      try {
        if (await deleteSession(parts, { id, owner }, options)) sessions++
      } catch (error) {
        if (!isSessError(error, 'RESOURCE_FAILED')) throw error
        failed.add(id)
      }
    }
  }
  // Lists leave out what has expired, and so what could not be destroyed just now.
  await sweep(parts, batchSize, options, (session, gone) => {
    if (!sameOwner(session.owner, owner)) return
    if (!gone) return void failed.add(session.id)
    failed.delete(session.id)
    sessions++
  })
  const erasure = Object.freeze({ sessions, failed: failed.size + making })
  const place = { owner, sessionId: null, chatId: null }
  await parts.announcer.announce('user-erased', { owner, ...erasure }, place, { ...erasure })
  return erasure
}
