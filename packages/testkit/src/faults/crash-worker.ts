import { isSessError, type Owner, SessionManager, type SessionResource, type Store } from '@sess/core'

/** What a process is to do over and over until it is killed. */
export interface CrashTask {
  readonly work: 'create' | 'append' | 'turn' | 'sweep'
  readonly owner: Owner
  readonly sessionsPerUser: number
  /**
   * How soon its claims and its half-made sessions are free again if it dies: nobody wants to wait minutes for that. Null
   * for as long as the manager wants, where claims must not run out under a process that lives.
   */
  readonly forgottenAfterMs: number | null
  /** For `append` and `turn`. */
  readonly sessionId: string | null
  readonly chatId: string | null
}

/** What the process says as it goes: only what was acknowledged to it. */
export type CrashNote =
  | { readonly type: 'ready' }
  | { readonly type: 'created' | 'destroyed'; readonly sessionId: string }
  | { readonly type: 'appended'; readonly content: string; readonly seq: number }
  | { readonly type: 'answered'; readonly turnId: string }
  | { readonly type: 'failed'; readonly code: string }

/** The other end of {@link CrashingProcess}: opens a store and works with a manager over it. */
export function workUntilKilled(openStore: (options: unknown) => Store): void {
  process.once('message', ({ task, options }: { readonly task: CrashTask; readonly options: unknown }) => {
    const store = openStore(options)
    void work(task, task.forgottenAfterMs === null ? store : forgetful(store, task.forgottenAfterMs))
  })
  // Nobody is left who could kill it.
  process.once('disconnect', () => process.exit())
}

async function work(task: CrashTask, store: Store): Promise<void> {
  const say = (note: CrashNote): void => void process.send?.(note)
  const folder: SessionResource = {
    name: 'folder',
    provision: async () => {},
    release: async () => {},
    destroy: async ({ id }) => say({ type: 'destroyed', sessionId: id }),
  }
  const manager = new SessionManager({
    store,
    cleanup: false,
    // With a resource a session is made in several steps, and its removal too.
    resources: task.work === 'create' || task.work === 'sweep' ? [folder] : [],
    limits: { sessionsPerUser: task.sessionsPerUser },
    turns: { leaseMs: 1_000, renewMs: 300 },
    agent: async function* () {
      yield 'one '
      await new Promise((resolve) => setImmediate(resolve))
      yield 'two'
    },
  })
  const user = manager.for(task.owner)
  const chat = task.chatId === null ? null : await (await user.getSession(task.sessionId ?? '')).getChat(task.chatId)
  say({ type: 'ready' })
  for (let count = 0; ; count++) {
    try {
      if (task.work === 'create') {
        const session = await user.createSession()
        say({ type: 'created', sessionId: session.id })
        await session.delete()
      } else if (task.work === 'append') {
        const content = `${process.pid} ${count}`
        const message = await chat?.addMessage(content)
        say({ type: 'appended', content, seq: message?.seq ?? 0 })
      } else if (task.work === 'turn') {
        const reply = await chat?.sendMessage(`${process.pid} ${count}`)
        say({ type: 'answered', turnId: reply?.turnId ?? '' })
      } else await manager.sweep()
    } catch (error) {
      say({ type: 'failed', code: isSessError(error) ? error.code : `${error}` })
    }
  }
}

/** The same store, where claims and sessions that are being made last only so long. */
function forgetful(store: Store, forgottenAfterMs: number): Store {
  const changed: Pick<Store, 'claimExpired' | 'createSession'> = {
    claimExpired: (options) => store.claimExpired({ ...options, leaseMs: forgottenAfterMs }),
    createSession: (session, options) =>
      store.createSession({ ...session, pendingMs: session.pendingMs && forgottenAfterMs }, options),
  }
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(changed, name)) return Reflect.get(changed, name)
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
