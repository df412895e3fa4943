import {
  newSessionId,
  type Owner,
  SessionManager,
  type SessionManagerOptions,
  type SessionResource,
  type Store,
} from '@sess/core'

/** What a process is asked to do for a user. */
export interface ErasingTask {
  readonly owner: Owner
  /**
   * `make`: creates a session, and waits while it makes the resource of it. `sweep`: sweeps, and waits while it destroys one. `leave`: begins to
   * make one that has so many milliseconds, and does nothing more.
   */
  readonly work: 'make' | 'sweep' | 'leave'
  readonly pendingMs?: number
}

/** What it says: first that it waits, then how it ended. */
export type ErasingNote =
  | { readonly type: 'ready' | 'waits' }
  | { readonly type: 'done'; readonly sessionId: string | null; readonly problem: string | null }

/** In a process of its own: works on the store as it is told, and goes on when it is told to. */
export function workBesideErasure(open: (options: unknown) => Store): void {
  process.once('message', ({ task, options }: { readonly task: ErasingTask; readonly options: unknown }) => {
    const goesOn = new Promise<void>((resolve) => process.once('message', () => resolve()))
    void work(open(options), task, goesOn).then((note) => {
      process.send?.(note)
      process.disconnect()
    })
  })
  process.send?.({ type: 'ready' } satisfies ErasingNote)
}

async function work(store: Store, task: ErasingTask, goesOn: Promise<void>): Promise<ErasingNote> {
  const waits = async (): Promise<void> => {
    process.send?.({ type: 'waits' } satisfies ErasingNote)
    await goesOn
  }
  const resource: SessionResource = {
    name: 'slow',
    provision: waits,
    release: async () => {},
    destroy: task.work === 'sweep' ? waits : async () => {},
  }
  const options: SessionManagerOptions = { store, resources: [resource], cleanup: false }
  await using manager = new SessionManager(options)
  let sessionId: string | null = null
  try {
    if (task.work === 'make') sessionId = (await manager.for(task.owner).createSession()).id
    if (task.work === 'sweep') await manager.sweep()
    if (task.work === 'leave') {
      const { owner, pendingMs = 1_000 } = task
      const expiry = { idleMs: 3_600_000, absoluteMs: null }
      const made = { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs }
      const quotas = { store: null, org: null, user: null }
      sessionId = (await store.createSession(made, { quotas, ifKeyTaken: 'reject' })).session.id
      await waits()
    }
    return { type: 'done', sessionId, problem: null }
  } catch (error) {
    return { type: 'done', sessionId, problem: `${error}` }
  }
}
