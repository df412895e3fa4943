import { type ChatRef, isSessError, newId, newSessionId, type Owner, type SessionQuotas } from '@sess/core'
import { MysqlStore, type MysqlStoreOptions } from '../src/index.ts'

/** What a process is asked to do. */
export interface Task {
  readonly options: MysqlStoreOptions
  /** Sessions to create, of a new owner each if there is none. */
  readonly create?: { readonly owner: Owner | null; readonly count: number; readonly quotas: SessionQuotas }
  readonly append?: { readonly chat: ChatRef; readonly count: number }
}

/** What it answers. */
export interface Done {
  readonly created: readonly string[]
  readonly seqs: readonly number[]
  readonly failures: readonly string[]
}

process.on('message', (task: Task) => {
  void work(task).then((done) => process.send?.(done))
})

async function work({ options, create, append }: Task): Promise<Done> {
  const store = new MysqlStore(options)
  const created: string[] = []
  const seqs: number[] = []
  const failures: string[] = []
  const note = (error: unknown): void => {
    failures.push(isSessError(error) ? error.code : `${error}`)
  }
  await store.open().catch(note)
  let tries: Promise<unknown>[] = []
  for (let index = 0; index < (create?.count ?? 0); index++) {
    const owner = create?.owner ?? { orgId: 'acme', userId: newId() }
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    const session = { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
    const quotas = create?.quotas ?? { store: null, org: null, user: null }
    const made = store.createSession(session, { quotas, ifKeyTaken: 'reject' })
    tries.push(made.then(({ session: { id } }) => created.push(id), note))
  }
  for (let index = 0; append !== undefined && index < append.count; index++) {
    const content = `${process.pid} ${index}`
    const written = store.appendMessages(append.chat, [{ id: newId(), role: 'user', content }])
    tries.push(written.then((result) => seqs.push(...result.seqs), note))
    // As requests come: some at a time, not all at once.
    if (index % 50 === 49) {
      await Promise.all(tries)
      tries = []
    }
  }
  await Promise.all(tries)
  await store.close()
  return { created, seqs, failures }
}
