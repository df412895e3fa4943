import { isSessError, type SessionKeys, type SessionRef, type Store } from '@sess/core'
import { encrypted, json, KeyRing, rewrapKeys, rotateDataKey } from '@sess/core/codec'

export type KeyedStore = Store & SessionKeys
export type KeyedCodec = ReturnType<typeof encrypted>

/** What a process is asked to do with the keys of a store. */
export interface KeysTask {
  readonly options: object
  /** In hexadecimal, by their names. */
  readonly keys: Readonly<Record<string, string>>
  readonly active: string
  readonly session: SessionRef
  readonly chatId: string
  readonly cacheTtlMs: number
  /**
   * Wraps all keys anew; or gives the session another key and writes with it; or reads its messages again and again until it cannot,
   * and answers the code of the error.
   */
  readonly act: 'rewrap' | 'rotate' | 'read'
  /** Before or after which of its calls the process kills itself. Never if there are not so many. */
  readonly killAt: number
}

/** What it answers if it lives: 'reading' when it has read once; then how many steps there were, or the code of the error. */
export type KeysNote = { readonly reading: true } | { readonly steps: number } | { readonly code: string }

/** The program of a process that works on keys. */
export function workOnKeys(open: (options: object, codec: KeyedCodec) => KeyedStore): void {
  process.once('message', (task: KeysTask) => {
    void work(task, open).then((note) => {
      process.send?.(note)
      process.disconnect()
    })
  })
}

export function ringOf({ keys, active }: Pick<KeysTask, 'keys' | 'active'>): KeyRing {
  const entries = Object.entries(keys).map(([kid, key]) => [kid, Buffer.from(key, 'hex')] as const)
  return new KeyRing({ keys: Object.fromEntries(entries), active })
}

async function work(task: KeysTask, open: (options: object, codec: KeyedCodec) => KeyedStore): Promise<KeysNote> {
  const ring = ringOf(task)
  const store = open(task.options, encrypted(json(), ring, { cacheTtlMs: task.cacheTtlMs }))
  const chat = { id: task.chatId, session: task.session }
  if (task.act === 'read') return { code: await readUntilRefused(store, chat) }
  let steps = 0
  const step = (): void => {
    if (++steps === task.killAt) process.kill(process.pid, 'SIGKILL')
  }
  const stepped: SessionKeys = {
    getKeys: (...args) => around(step, () => store.getKeys(...args)),
    replaceKeys: (...args) => around(step, () => store.replaceKeys(...args)),
    listKeys: (...args) => around(step, () => store.listKeys(...args)),
  }
  if (task.act === 'rewrap') await rewrapKeys(stepped, ring, { batchSize: 2 })
  else {
    await rotateDataKey(stepped, ring, task.session)
    await around(step, () => store.appendMessages(chat, [{ id: 'with-new-key', role: 'user', content: 'after' }]))
  }
  await store.close()
  return { steps }
}

async function around<Value>(step: () => void, act: () => Promise<Value>): Promise<Value> {
  step()
  const value = await act()
  step()
  return value
}

async function readUntilRefused(store: KeyedStore, chat: Parameters<Store['readMessages']>[0]): Promise<string> {
  for (let told = false; ; ) {
    try {
      await store.readMessages(chat, { limit: 10 })
      if (!told) process.send?.({ reading: true } satisfies KeysNote)
      told = true
      await new Promise((resolve) => setTimeout(resolve, 5))
    } catch (error) {
      await store.close()
      return isSessError(error) ? error.code : `${error}`
    }
  }
}
