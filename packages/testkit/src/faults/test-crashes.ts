import assert from 'node:assert/strict'
import {
  type Chat,
  isSessError,
  type Message,
  type Owner,
  SessionManager,
  type SessionResource,
  type Store,
} from '@sess/core'
import { beforeAll, test } from 'vitest'
import { CrashingProcess } from './crashing-process.ts'

export interface CrashTestOptions {
  /** Bundles the program that calls `workUntilKilled`. @returns its path. */
  program(): Promise<string>
  /** How often a process is killed in each test. */
  readonly kills: number
  /** Opens a store on data of its own; `options` open another one on the same, in another process. */
  open(): Promise<{ readonly store: Store; readonly options: unknown; dispose(): Promise<void> }>
}

const owner: Owner = { orgId: 'acme', userId: 'ada' }
const limit = 5

/** Declares the tests in which a process that uses a store is killed, in the middle of whatever it does. */
export function testCrashes({ program: bundle, kills, open }: CrashTestOptions): void {
  let program = ''
  beforeAll(async () => {
    program = await bundle()
  })
  const withManager = async (
    run: (world: { readonly manager: SessionManager; readonly options: unknown }) => Promise<void>,
    resources: readonly SessionResource[] = [],
  ) => {
    const { store, options, dispose } = await open()
    const turns = { leaseMs: 1_000, renewMs: 300 }
    const manager = new SessionManager({
      ...{ store, turns, resources, cleanup: false, closeStore: false },
      limits: { sessionsPerUser: limit },
      agent: async () => 'still here',
    })
    try {
      await run({ manager, options })
    } finally {
      await manager.close()
      await dispose()
    }
  }
  const task = { owner, sessionsPerUser: limit, forgottenAfterMs: null, sessionId: null, chatId: null }

  test('a process killed while it creates: no place under the limit is lost, and nothing half-made is seen', async () => {
    await withManager(async ({ manager, options }) => {
      const user = manager.for(owner)
      for (let kill = 0; kill < kills; kill++) {
        const creating = { ...task, work: 'create', forgottenAfterMs: 2_000 } as const
        const process = await CrashingProcess.start(program, creating, options)
        await process.has((note) => note.type === 'created')
        await process.kill()
        // Complete, but the process died before it could remove it again.
        for (const session of (await user.listSessions()).items) await session.delete()
      }
      // What it was making holds a place until it expires, and nothing does so for ever.
      const made = new Set<string>()
      const deadline = performance.now() + 20_000
      while (made.size < limit) {
        assert.ok(performance.now() < deadline, `${limit - made.size} of ${limit} places are held`)
        const session = await ifThereIsRoom(user.createSession())
        if (session === null) await new Promise((resolve) => setTimeout(resolve, 50))
        else made.add(session.id)
      }
      assert.equal(await ifThereIsRoom(user.createSession()), null)
      assert.equal(await user.countSessions(), limit)
    })
  }, 60_000)

  test('a process killed while it appends: all that was acknowledged is there once, in dense order', async () => {
    await withManager(async ({ manager, options }) => {
      const session = await manager.for(owner).createSession()
      const chat = await session.createChat()
      const said = new Map<string, number>()
      for (let kill = 0; kill < kills; kill++) {
        const place = { sessionId: session.id, chatId: chat.id }
        const process = await CrashingProcess.start(program, { ...task, ...place, work: 'append' }, options)
        await process.has((note) => note.type === 'appended' && note.content.endsWith(' 20'))
        await process.kill()
        for (const note of process.notes) if (note.type === 'appended') said.set(note.content, note.seq)
      }
      const messages = await allOf(chat)
      assert.deepEqual(
        messages.map(({ seq }) => seq),
        messages.map((_, index) => index + 1),
      )
      const there = new Map(messages.map(({ content, seq }) => [content, seq]))
      assert.equal(there.size, messages.length, 'one is there twice')
      for (const [content, seq] of said) assert.equal(there.get(content), seq, `${content} is lost or has moved`)
    })
  }, 60_000)

  test('a process killed in a turn: the chat is free when the lease ends, and what was answered is there', async () => {
    await withManager(async ({ manager, options }) => {
      const session = await manager.for(owner).createSession()
      const chat = await session.createChat()
      const answered = new Set<string>()
      for (let kill = 0; kill < kills; kill++) {
        const place = { sessionId: session.id, chatId: chat.id }
        const process = await CrashingProcess.start(program, { ...task, ...place, work: 'turn' }, options)
        await process.has((note) => note.type === 'answered')
        await process.kill()
        for (const note of process.notes) if (note.type === 'answered') answered.add(note.turnId)
        // The dead turn holds the chat for a second at most.
        const reply = await chat.sendMessage(`are you there? ${kill}`)
        assert.equal(reply.text, 'still here')
      }
      const messages = await allOf(chat)
      for (const turnId of answered) {
        const roles = messages.filter((message) => message.turnId === turnId).map(({ role }) => role)
        assert.ok(roles.includes('assistant'), 'an answer that was given is lost')
      }
      for (const [index, { role }] of messages.entries())
        if (role === 'assistant') assert.equal(messages[index - 1]?.role, 'user', 'an answer stands alone')
    })
  }, 60_000)

  test('a process killed in a sweep: another one finishes it, and every resource is destroyed at least once', async () => {
    const destroyed = new Set<string>()
    const folder: SessionResource = {
      name: 'folder',
      provision: async () => {},
      release: async () => {},
      destroy: async ({ id }) => void destroyed.add(id),
    }
    await withManager(
      async ({ manager, options }) => {
        const expired = await manyExpired(manager, 60)
        const sweeping = { ...task, work: 'sweep', forgottenAfterMs: 1_500 } as const
        const process = await CrashingProcess.start(program, sweeping, options)
        await process.has((note) => note.type === 'destroyed')
        await process.kill()
        for (const note of process.notes) if (note.type === 'destroyed') destroyed.add(note.sessionId)
        // Claims of the dead one run out by themselves; what it had not claimed is swept at once.
        const deadline = performance.now() + 20_000
        for (;;) {
          await manager.sweep()
          if (expired.every((id) => destroyed.has(id))) break
          assert.ok(performance.now() < deadline, `${expired.filter((id) => !destroyed.has(id)).length} are left`)
          await new Promise((resolve) => setTimeout(resolve, 250))
        }
        assert.equal((await manager.stats()).sessions.active, 0)
      },
      [folder],
    )
  }, 60_000)

  test('two processes that sweep beside live work: each expired session is destroyed once, and no live one', async () => {
    await withManager(async ({ manager, options }) => {
      const expired = await manyExpired(manager, 120)
      const live = await manager.for({ orgId: 'acme', userId: 'live' }).createSession()
      const both = await Promise.all(
        [1, 2].map(() => CrashingProcess.start(program, { ...task, work: 'sweep' }, options)),
      )
      const destroyed = () =>
        both.flatMap(({ notes }) => notes.flatMap((note) => (note.type === 'destroyed' ? [note.sessionId] : [])))
      const deadline = performance.now() + 30_000
      while (new Set(destroyed()).size < expired.length) {
        assert.ok(performance.now() < deadline, `${destroyed().length} of ${expired.length} were swept`)
        await live.sendMessage('beside')
      }
      for (const process of both) await process.kill()
      assert.deepEqual(destroyed().toSorted(), expired.toSorted())
      assert.equal((await live.refresh()).status, 'active')
    })
  }, 60_000)
}

async function manyExpired(manager: SessionManager, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    const session = await manager.for({ orgId: 'acme', userId: `user ${index}` }).createSession()
    await session.addMessage('hello')
    await session.extendTtl(1)
    ids.push(session.id)
  }
  return ids
}

/** What was made, or null if the limit is reached. */
async function ifThereIsRoom<Made>(making: Promise<Made>): Promise<Made | null> {
  try {
    return await making
  } catch (error) {
    if (isSessError(error, 'SESSION_LIMIT_REACHED')) return null
    throw error
  }
}

async function allOf(chat: Chat): Promise<readonly Message[]> {
  const messages: Message[] = []
  for (let after = 0; ; ) {
    const page = await chat.getMessages({ after, limit: 1000 })
    messages.push(...page)
    const last = page.at(-1)
    if (last === undefined) return messages
    after = last.seq
  }
}
