import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { isSessError, SessionManager, type SessionRef } from '@sess/core'
import { encrypted, json, keyUsage, retireKey, rewrapKeys, rotateDataKey, shredSession } from '@sess/core/codec'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type KeyedCodec, type KeyedStore, type KeysNote, type KeysTask, ringOf } from './keys-worker.ts'

/** Data of nobody else, and the way to them. */
export interface KeysPlace {
  readonly options: object
  open(codec: KeyedCodec): KeyedStore
  dispose(): Promise<void>
}

export interface KeysTestOptions {
  /** Bundles a program that calls `workOnKeys`; resolves to its path. */
  readonly program: () => Promise<string>
  readonly place: () => Promise<KeysPlace>
}

const owner = { orgId: 'acme', userId: 'ada' }
const sessions = process.env.SESS_TEST_LONG === '1' ? 5 : 2
/** Longest cache of the processes that read. */
const cacheTtlMs = 300

/** Declares what must be true of the keys in a store that is shared by processes, some of which are killed. */
export function testKeys({ program, place: openPlace }: KeysTestOptions): void {
  describe('keys', () => {
    const running = new Set<ChildProcess>()
    let path = ''
    beforeAll(async () => {
      path = await program()
    })
    afterAll(() => {
      for (const child of running) child.kill('SIGKILL')
    })

    function start(task: KeysTask): ChildProcess {
      const child = fork(path)
      running.add(child)
      child.once('exit', () => running.delete(child))
      child.send(task)
      return child
    }

    for (const act of ['rewrap', 'rotate'] as const) {
      test(`${act}: SIGKILL before and after each step loses nothing`, { timeout: 120_000 }, async () => {
        for (let killAt = 1, lived = false; !lived; killAt++) {
          const world = await makeWorld(openPlace)
          const child = start({ ...world.task, act, killAt })
          const notes: KeysNote[] = []
          child.on('message', (note: KeysNote) => notes.push(note))
          const [, signal] = await once(child, 'close')
          lived = signal === null
          // Pages of Redis are not the same each time.
          if (lived) assert.ok(notes.some((note) => 'steps' in note && note.steps < killAt))
          await world.assertContent(['old', 'new'])
          await world.finish()
          await world.assertContent(['new'])
          await world.place.dispose()
        }
      })
    }

    test('shredSession: who shredded is refused at once, another process when its cache looks again', async () => {
      const world = await makeWorld(openPlace)
      const child = start({ ...world.task, act: 'read', killAt: 0 })
      const [first] = (await once(child, 'message')) as [KeysNote]
      assert.deepEqual(first, { reading: true })
      const store = world.open(['old', 'new'])
      const chat = { id: world.task.chatId, session: world.task.session }
      await store.readMessages(chat, { limit: 1 })
      assert.equal(await shredSession(store, world.task.session), true)
      const shreddedAt = performance.now()
      await assert.rejects(store.readMessages(chat, { limit: 1 }), (error) => isSessError(error, 'CODEC_SHREDDED'))
      const [last] = (await once(child, 'message')) as [KeysNote]
      assert.deepEqual(last, { code: 'CODEC_SHREDDED' })
      // The cache, and what a slow machine adds to it.
      assert.ok(performance.now() - shreddedAt < cacheTtlMs + 10_000)
      await once(child, 'close')
      await world.place.dispose()
    })

    test('another process reads what was written with a key that it does not know yet', async () => {
      const world = await makeWorld(openPlace)
      const [writer, reader] = [world.open(['old', 'new']), world.open(['old', 'new'], 3_600_000)]
      const chat = { id: world.task.chatId, session: world.task.session }
      assert.equal((await reader.readMessages(chat, { limit: 10 })).messages.length, 2)
      await rotateDataKey(writer, world.ring(['old', 'new']), world.task.session)
      const message = { id: 'with-new-key', role: 'user', content: 'after' } as const
      const { seqs } = await writer.appendMessages(chat, [message])
      assert.equal((await reader.readMessages(chat, { limit: 10 })).messages.at(-1)?.content, 'after')
      // And a repeat is known as one, by whichever process.
      assert.deepEqual((await reader.appendMessages(chat, [message])).seqs, seqs)
      const other = { ...message, content: 'other' }
      await assert.rejects(reader.appendMessages(chat, [other]), (error) => isSessError(error, 'MESSAGE_CONFLICT'))
      await world.place.dispose()
    })

    test('retireKey: refused while a session needs the key, also an expired one', async () => {
      const world = await makeWorld(openPlace)
      const store = world.open(['old', 'new'])
      await store.touchSession(world.task.session, { expiresInMs: 1 })
      const ring = world.ring(['old', 'new'])
      await assert.rejects(retireKey(store, ring, 'old'), (error) => {
        return isSessError(error, 'CODEC_KEY_IN_USE') && error.details.sessions === sessions
      })
      await rewrapKeys(store, ring)
      await retireKey(store, ring, 'old')
      await world.place.dispose()
    })

    test('without its codec a store refuses encoded values, and hands out none', async () => {
      const world = await makeWorld(openPlace)
      const bare = world.place.open(undefined as never)
      const chat = { id: world.task.chatId, session: world.task.session }
      const isMissing = (error: unknown): boolean => isSessError(error, 'CODEC_MISSING')
      await assert.rejects(bare.getSession(world.task.session), isMissing)
      await assert.rejects(bare.getChat(chat), isMissing)
      await assert.rejects(bare.readMessages(chat, { limit: 1 }), isMissing)
      await assert.rejects(bare.getContext(world.task.session, 'index'), isMissing)
      await world.place.dispose()
    })

    test('migrate: what was there before is read, counted, and encrypted when it is written again', async () => {
      const place = await openPlace()
      const bare = place.open(undefined as never)
      const before = await new SessionManager({ store: bare })
        .for(owner)
        .createSession({ name: 'old', context: { a: 1 } })
      await before.addMessage({ id: 'm1', role: 'user', content: 'old words' })
      const keys = { old: randomBytes(32).toString('hex') }
      const strict = new SessionManager({ store: place.open(encrypted(json(), ringOf({ keys, active: 'old' }))) })
      const isRefused = (error: unknown): boolean => isSessError(error, 'CODEC_PLAINTEXT_REFUSED')
      await assert.rejects(strict.for(owner).getSession(before.record.id), isRefused)

      const codec = encrypted(json(), ringOf({ keys, active: 'old' }), { migrate: true })
      const after = await new SessionManager({ store: place.open(codec) }).for(owner).getSession(before.record.id)
      assert.equal(after.record.name, 'old')
      assert.equal(await after.context.get('a'), 1)
      // A repeat of what was written before is known.
      await after.update({ name: 'new' })
      await after.context.set('a', 2)
      await after.addMessage({ id: 'm2', role: 'user', content: 'new words' })
      const messages = await after.getMessages()
      assert.deepEqual(
        messages.map(({ content }) => content),
        ['old words', 'new words'],
      )
      assert.ok(codec.plaintexts > 0)
      await assert.rejects(bare.getSession({ id: before.record.id, owner }), (e) => isSessError(e, 'CODEC_MISSING'))
      await place.dispose()
    })
  })
}

/** Some sessions that the old key wraps, the new one being active. */
async function makeWorld(openPlace: () => Promise<KeysPlace>) {
  const place = await openPlace()
  const keys: Record<string, string> = { old: randomBytes(32).toString('hex'), new: randomBytes(32).toString('hex') }
  const ring = (kids: readonly string[], active = kids.at(-1) ?? '') => {
    return ringOf({ keys: Object.fromEntries(kids.map((kid) => [kid, keys[kid] ?? ''])), active })
  }
  const open = (kids: readonly string[], ttl = cacheTtlMs) =>
    place.open(encrypted(json(), ring(kids), { cacheTtlMs: ttl }))
  const manager = new SessionManager({
    store: place.open(encrypted(json(), ring(['old']))),
    agent: async () => 'Hello!',
  })
  const refs: SessionRef[] = []
  let chatId = ''
  for (let index = 0; index < sessions; index++) {
    const session = await manager.for(owner).createSession({ name: `session ${index}`, context: { index } })
    await session.sendMessage(`message of ${index}`)
    if (index === 0) chatId = (await session.activeChat())?.record.id ?? ''
    refs.push({ id: session.record.id, owner })
  }
  const [session = { id: '', owner }] = refs
  const task = { options: place.options, keys, active: 'new', session, chatId, cacheTtlMs }

  return {
    place,
    task,
    ring,
    open,
    /** Asserts that all is there for who has these keys only. */
    async assertContent(kids: readonly string[]): Promise<void> {
      const reader = new SessionManager({ store: open(kids) })
      for (const [index, { id }] of refs.entries()) {
        const found = await reader.for(owner).getSession(id)
        assert.equal(found.record.name, `session ${index}`)
        assert.equal(await found.context.get('index'), index)
        const said = (await found.getMessages()).map(({ content }) => content)
        assert.deepEqual(said.slice(0, 2), [`message of ${index}`, 'Hello!'])
      }
    },
    /** Does what the killed process left. */
    async finish(): Promise<void> {
      const store = open(['old', 'new'])
      await rewrapKeys(store, ring(['old', 'new']))
      assert.equal(await keyUsage(store, 'old'), 0)
    },
  }
}
