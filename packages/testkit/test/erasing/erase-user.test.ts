import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { newId, type Owner, SessionManager, type SessionResource, type Store } from '@sess/core'
import { MysqlStore } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'
import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { bundleProgram } from '@sess/testkit'
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { ErasingNote, ErasingTask } from './erasing-worker.ts'

interface Place {
  readonly options: unknown
  open(): Store
}

const prefix = (): string => `t${randomBytes(5).toString('hex')}_`

const stores: readonly (readonly [name: string, program: string, place: () => Promise<Place>])[] = [
  [
    'Redis',
    'store-redis',
    async () => {
      const options = { url: await sharedRedis(inject('testServers')), keyPrefix: prefix() }
      return { options, open: () => new RedisStore(options) }
    },
  ],
  [
    'MySQL',
    'store-mysql',
    async () => {
      const options = { url: await sharedDatabase(inject('testServers')), tablePrefix: prefix(), timeoutMs: 20_000 }
      return { options, open: () => new MysqlStore(options) }
    },
  ],
]

/** A resource, so that clean-up has something to destroy. */
const resource: SessionResource = {
  name: 'slow',
  provision: async () => {},
  release: async () => {},
  destroy: async () => {},
}

/** Another process, which waits in the midst of what it was told to do. */
class Beside {
  readonly #notes: ErasingNote[] = []
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (note: ErasingNote) => this.#notes.push(note))
  }

  static async start(program: string, task: ErasingTask, options: unknown): Promise<Beside> {
    const child = fork(program)
    onTestFinished(() => void child.kill('SIGKILL'))
    const beside = new Beside(child)
    await beside.said('ready')
    child.send({ task, options })
    await beside.said('waits')
    return beside
  }

  async said(type: ErasingNote['type']): Promise<ErasingNote> {
    const deadline = performance.now() + 20_000
    for (;;) {
      const note = this.#notes.find((one) => one.type === type)
      if (note !== undefined) return note
      if (performance.now() > deadline) throw new Error(`the process never said ${type}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  goOn(): void {
    this.#child.send('go on')
  }

  async kill(): Promise<void> {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}

describe.each(stores)('erasing a user beside another process, on %s', (_, packageName, newPlace) => {
  let program: string
  let place: Place
  let manager: SessionManager
  let ada: Owner

  beforeAll(async () => {
    const file = packageName === 'store-redis' ? './redis-program.ts' : './mysql-program.ts'
    program = await bundleProgram(new URL(file, import.meta.url), new URL(`../../../${packageName}/`, import.meta.url))
    place = await newPlace()
    manager = new SessionManager({ store: place.open(), resources: [resource], cleanup: false })
    return () => manager.close()
  })

  const newOwner = (): Owner => ({ orgId: 'acme', userId: newId() })

  async function nothingLeft(): Promise<void> {
    const store = place.open()
    expect(await store.countSessions({ ...ada, status: 'pending' })).toBe(0)
    expect(await store.countSessions(ada)).toBe(0)
    expect(await store.claimExpired({ limit: 100, leaseMs: 1 })).toEqual([])
    await store.close()
  }

  test('a session that is being made there is waited for, and removed', async () => {
    ada = newOwner()
    const beside = await Beside.start(program, { owner: ada, work: 'make' }, place.options)
    let isErased = false
    const erasing = manager.eraseUser(ada).finally(() => {
      isErased = true
    })
    await manager.health()
    expect([isErased, await manager.for(ada).countSessions()]).toEqual([false, 0])
    beside.goOn()
    expect(await erasing).toEqual({ sessions: 1, failed: 0 })
    const done = await beside.said('done')
    const sessionId = done.type === 'done' ? done.sessionId : null
    expect(await manager.for(ada).hasSession(sessionId ?? '')).toBe(false)
    await nothingLeft()
  })

  test('what a process had begun to make that died is removed when its time is over', async () => {
    ada = newOwner()
    const beside = await Beside.start(program, { owner: ada, work: 'leave', pendingMs: 1_500 }, place.options)
    await beside.kill()
    expect(await manager.eraseUser(ada)).toEqual({ sessions: 1, failed: 0 })
    await nothingLeft()
  })

  test('what another process cleans up, that process removes', async () => {
    ada = newOwner()
    const session = await manager.for(ada).createSession()
    await session.extendTtl(1)
    const beside = await Beside.start(program, { owner: ada, work: 'sweep' }, place.options)
    expect(await manager.eraseUser(ada)).toEqual({ sessions: 0, failed: 0 })
    beside.goOn()
    expect(await beside.said('done')).toMatchObject({ problem: null })
    await nothingLeft()
  })
})
