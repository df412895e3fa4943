import { type ChatRef, isSessError, newChatId, newId, newSessionId, type Owner } from '@sess/core'
import { RedisStore, type RedisStoreOptions } from '../src/index.ts'

/** What a process is asked to do. */
export interface Task {
  readonly options: RedisStoreOptions
  readonly create?: { readonly owner: Owner | null; readonly count: number; readonly quotas: Quotas }
  readonly append?: { readonly chat: ChatRef; readonly count: number }
}

/** What it answers. */
export interface Done {
  readonly created: readonly string[]
  readonly seqs: readonly number[]
  readonly failures: readonly string[]
}

interface Quotas {
  readonly store: number | null
  readonly org: number | null
  readonly user: number | null
}

process.on('message', (task: Task) => {
  void work(task).then((done) => process.send?.(done))
})

async function work({ options, create, append }: Task): Promise<Done> {
  const store = new RedisStore(options)
  const created: string[] = []
  const seqs: number[] = []
  const failures: string[] = []
  const tries: Promise<unknown>[] = []
  const note = (error: unknown): void => {
    failures.push(isSessError(error) ? error.code : `${error}`)
  }
  for (let index = 0; index < (create?.count ?? 0); index++) {
    const owner = create?.owner ?? { orgId: 'acme', userId: newId() }
    const expiry = { idleMs: 3_600_000, absoluteMs: null }
    const session = { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
    const quotas = create?.quotas ?? { store: null, org: null, user: null }
    const made = store.createSession(session, { quotas, ifKeyTaken: 'reject' })
    tries.push(made.then(({ session: { id } }) => created.push(id), note))
  }
  for (let index = 0; index < (append?.count ?? 0); index++) {
    const chat = append?.chat ?? { id: newChatId(''), session: { id: '', owner: { orgId: '', userId: '' } } }
    const content = `${process.pid} ${index}`
    const written = store.appendMessages(chat, [{ id: newId(), role: 'user', content }])
    tries.push(written.then((result) => seqs.push(...result.seqs), note))
    // As requests come: some at a time, not all at once.
    if (index % 50 === 49) await Promise.all(tries)
  }
  await Promise.all(tries)
  await store.close()
  return { created, seqs, failures }
}
