import type { AuditEvent, AuditLog, Owner } from '@sess/core'

/** What pages are told besides what happens in their chat. */
export type Happening =
  | { readonly type: 'audit'; readonly event: AuditEvent }
  | { readonly type: 'servers'; readonly sessionId: string }

type Listener = (happening: Happening) => void

/** Events kept for each owner, for pages that come later. */
const keptEvents = 200

/** Hands what happens to the pages of its owner, and lets `log` keep what is for the audit log. */
export class Happenings implements AuditLog {
  readonly #log: AuditLog
  readonly #trails = new Map<string, AuditEvent[]>()
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor(log: AuditLog) {
    this.#log = log
  }

  async record(event: AuditEvent): Promise<void> {
    await this.#log.record(event)
    const trail = this.#trails.get(nameOf(event.owner)) ?? []
    this.#trails.set(nameOf(event.owner), [...trail.slice(1 - keptEvents), event])
    this.tell(event.owner, { type: 'audit', event })
  }

  tell(owner: Owner, happening: Happening): void {
    for (const listener of this.#listeners.get(nameOf(owner)) ?? []) listener(happening)
  }

  /** The newest events of an owner in this process, oldest first. */
  trailOf(owner: Owner): readonly AuditEvent[] {
    return this.#trails.get(nameOf(owner)) ?? []
  }

  /** @returns what removes the listener. */
  listen(owner: Owner, listener: Listener): () => void {
    const listeners = this.#listeners.get(nameOf(owner)) ?? new Set()
    this.#listeners.set(nameOf(owner), listeners.add(listener))
    return () => void listeners.delete(listener)
  }
}

function nameOf({ orgId, userId }: Owner): string {
  return JSON.stringify([orgId, userId])
}
