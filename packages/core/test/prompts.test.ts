import { createHash } from 'node:crypto'
import type { ComposedPrompt, JsonObject, PromptComposer, PromptRequest } from '@sess/core'
import { PromptComposer as LayeredComposer } from '@sess/prompt'
import { expect, test } from 'vitest'
import { codeOf, errorOf, failureOf } from './failures.ts'
import { ada, newManager, twoManagers } from './managers.ts'
import { never, soon } from './waiting.ts'

/** Greets by name, in the words of the moment, and fails when it is told to. */
class Greeter implements PromptComposer {
  words = 'You help'
  failing = false
  readonly requests: PromptRequest[] = []

  async compose(request: PromptRequest): Promise<ComposedPrompt> {
    this.requests.push(request)
    if (this.failing) throw new Error('the table is gone')
    const text = `${this.words} ${request.owner.userId}, ${(request.variables.city as string) ?? 'nowhere'}.`
    const part = { id: 'greeting', name: 'Greeting', scope: 'global', start: 0, end: text.length } as const
    return { text, digest: sha256(text), tokens: text.length, parts: [part] }
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

test('a session keeps the prompt it was created with, whatever the composer says later', async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer })
  const session = await manager.for(ada).createSession({ promptVariables: { city: 'Oslo' } })
  composer.words = 'You mock'

  const again = await manager.for(ada).getSession(session.id)

  expect(again.systemPrompt).toBe('You help ada, Oslo.')
  expect(again.record.systemPrompt).toEqual({
    text: 'You help ada, Oslo.',
    digest: sha256('You help ada, Oslo.'),
    tokens: 19,
    parts: [{ id: 'greeting', name: 'Greeting', scope: 'global', start: 0, end: 19 }],
  })
  expect(composer.requests).toEqual([{ owner: ada, variables: { city: 'Oslo' } }])
})

test('a composer that fails is PROMPT_FAILED with its error, and nothing is left of the session', async () => {
  const composer = new Greeter()
  composer.failing = true
  const provisioned: unknown[] = []
  const manager = newManager({
    promptComposer: composer,
    limits: { sessionsPerUser: 1 },
    resources: [
      {
        name: 'folder',
        provision: async (session) => void provisioned.push(session),
        release: async () => {},
        destroy: async () => {},
      },
    ],
  })
  const user = manager.for(ada)

  for (const make of [() => user.createSession({ key: 'k' }), () => user.openSession('k')]) {
    const error = await errorOf(make())
    expect(error.code).toBe('PROMPT_FAILED')
    expect(error.cause).toMatchObject({ message: 'the table is gone' })
  }

  expect(provisioned).toEqual([])
  expect(await user.countSessions()).toBe(0)
  composer.failing = false
  expect(await codeOf(user.createSession({ key: 'k' }))).toBe(null)
})

test('opening a session that is there asks no composer, and does not fail with it', async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer })
  const user = manager.for(ada)
  const session = await user.openSession('ticket-1', { promptVariables: { city: 'Oslo' } })
  composer.failing = true

  const again = await user.openSession('ticket-1', { promptVariables: { city: 'Rome' } })

  expect(again.id).toBe(session.id)
  expect(again.systemPrompt).toBe('You help ada, Oslo.')
  expect(composer.requests).toHaveLength(1)
})

test('a session that is opened has its prompt before its resources are made', async () => {
  const seen: unknown[] = []
  const manager = newManager({
    promptComposer: new Greeter(),
    resources: [
      {
        name: 'folder',
        provision: async ({ systemPrompt }) => void seen.push(systemPrompt?.text),
        release: async () => {},
        destroy: async () => {},
      },
    ],
  })
  await manager.for(ada).openSession('ticket-1')
  await manager.for(ada).createSession()
  expect(seen).toEqual(['You help ada, nowhere.', 'You help ada, nowhere.'])
})

test("promptFailure 'empty' goes on without a prompt and warns", async () => {
  const composer = new Greeter()
  composer.failing = true
  const warnings: string[] = []
  const note = (_: object, message: string): unknown => warnings.push(message)
  const logger = { debug: note, info: note, warn: note, error: note }
  const manager = newManager({ promptComposer: composer, promptFailure: 'empty', logger })
  const session = await manager.for(ada).createSession()
  expect(session.systemPrompt).toBe('')
  expect(session.record.systemPrompt).toBe(null)
  expect(warnings).toEqual(['the system prompt could not be composed'])
})

test("promptFailure 'last' goes on with the last prompt of that owner, and fails for an owner without one", async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer, promptFailure: 'last' })
  const bob = { orgId: 'acme', userId: 'bob' }
  await manager.for(ada).createSession({ promptVariables: { city: 'Oslo' } })
  await manager.for(ada).createSession({ promptVariables: { city: 'Rome' } })
  composer.failing = true

  const session = await manager.for(ada).createSession()

  expect(session.systemPrompt).toBe('You help ada, Rome.')
  expect(await codeOf(manager.for(bob).createSession())).toBe('PROMPT_FAILED')
})

test('a literal prompt is used as it is, and the composer is not asked', async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer })
  const text = 'Ünïcode {{name}} <b>&amp;</b>\n\n  as it is 😀'
  const session = await manager.for(ada).createSession({ systemPrompt: text })
  const opened = await manager.for(ada).openSession('ticket-1', { systemPrompt: text })
  for (const { systemPrompt, record } of [session, opened]) {
    expect(systemPrompt).toBe(text)
    expect(record.systemPrompt?.digest).toBe(sha256(text))
    expect(record.systemPrompt?.parts).toMatchObject([{ start: 0, end: text.length }])
  }
  expect(composer.requests).toEqual([])
})

test('setSystemPrompt replaces the prompt, or removes it, and tells the digests', async () => {
  const manager = newManager()
  const session = await manager.for(ada).createSession({ systemPrompt: 'One' })
  const told: unknown[] = []
  manager.on('prompt-refreshed', ({ session: { systemPrompt }, previousDigest }) =>
    told.push([previousDigest, systemPrompt?.digest ?? null]),
  )
  await session.setSystemPrompt('Two')
  expect((await manager.for(ada).getSession(session.id)).systemPrompt).toBe('Two')
  await session.setSystemPrompt(null)
  expect(session.systemPrompt).toBe('')
  expect(told).toEqual([
    [sha256('One'), sha256('Two')],
    [sha256('Two'), null],
  ])
})

test('refreshPrompt composes anew from the parts of now; its variables are kept and win over those of before', async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer })
  const session = await manager.for(ada).createSession({ promptVariables: { city: 'Oslo', year: 1 } })
  composer.words = 'You serve'

  await session.refreshPrompt()
  expect(session.systemPrompt).toBe('You serve ada, Oslo.')
  await session.refreshPrompt({ city: 'Rome' })
  expect(session.systemPrompt).toBe('You serve ada, Rome.')
  await (await manager.for(ada).getSession(session.id)).refreshPrompt()
  expect((await session.refresh()).systemPrompt?.text).toBe('You serve ada, Rome.')
  expect(composer.requests.at(-1)?.variables).toEqual({ city: 'Rome', year: 1 })
})

test('two that refresh at once with different variables lose neither', async () => {
  const composer = new Greeter()
  const [a, b] = twoManagers({ promptComposer: composer })
  const session = await a.for(ada).createSession()
  const other = await b.for(ada).getSession(session.id)
  await Promise.all([session.refreshPrompt({ city: 'Oslo' }), other.refreshPrompt({ year: 1 })])
  await session.refreshPrompt()
  expect(composer.requests.at(-1)?.variables).toEqual({ city: 'Oslo', year: 1 })
  expect(session.systemPrompt).toBe('You help ada, Oslo.')
})

test('a refresh that fails leaves the prompt and its variables as they were', async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer })
  const session = await manager.for(ada).createSession({ promptVariables: { city: 'Oslo' } })
  const before = await session.refresh()
  composer.failing = true
  expect(await codeOf(session.refreshPrompt({ city: 'Rome' }))).toBe('PROMPT_FAILED')
  expect(await session.refresh()).toEqual(before)
  composer.failing = false
  await session.refreshPrompt()
  expect(session.systemPrompt).toBe('You help ada, Oslo.')
})

test('what the composer is given cannot be changed by it, nor what it answered afterwards', async () => {
  const answers: { text: string }[] = []
  const frozen: boolean[] = []
  const composer: PromptComposer = {
    compose: async ({ variables }) => {
      frozen.push(Object.isFrozen(variables))
      const answer = { text: 'mine', digest: sha256('mine'), tokens: 1, parts: [] }
      answers.push(answer)
      return answer
    },
  }
  const manager = newManager({ promptComposer: composer })
  const session = await manager.for(ada).createSession({ promptVariables: { a: 1 } })
  await session.refreshPrompt()
  for (const answer of answers) answer.text = 'changed'
  expect((await session.refresh()).systemPrompt?.text).toBe('mine')
  expect(frozen).toEqual([true, true])
})

test('a prompt over bytesPerPrompt is refused, and not cut', async () => {
  const composer = new Greeter()
  const manager = newManager({ promptComposer: composer, limits: { bytesPerPrompt: 100, bytesPerField: 150 } })
  const user = manager.for(ada)
  const long = 'x'.repeat(101)
  expect(await codeOf(user.createSession({ systemPrompt: long }))).toBe('TOO_LARGE')
  const error = await errorOf(user.createSession({ promptVariables: { city: long } }))
  expect(error.code).toBe('PROMPT_FAILED')
  expect(error.cause).toMatchObject({ code: 'TOO_LARGE' })
  const session = await user.createSession()
  expect(await codeOf(session.setSystemPrompt(long))).toBe('TOO_LARGE')
  expect(await codeOf(session.refreshPrompt({ city: 'x'.repeat(151) }))).toBe('TOO_LARGE')
  expect(await codeOf(session.setSystemPrompt(7 as unknown as string))).toBe('INVALID_ARGUMENT')
  expect(session.systemPrompt).toBe('You help ada, nowhere.')
  expect(await user.countSessions()).toBe(1)
})

test('an abort while a composer hangs gives up waiting for it', async () => {
  const manager = newManager({ promptComposer: { compose: async () => await never }, promptFailure: 'empty' })
  const controller = new AbortController()
  const creating = failureOf(manager.for(ada).createSession({}, { signal: controller.signal }))
  controller.abort('gone')
  expect(await soon(creating)).toBe('gone')
  expect(await manager.countSessions()).toBe(0)
})

test('an audit log is told of a refresh, with digests and no text', async () => {
  const details: JsonObject[] = []
  const manager = newManager({
    audit: {
      record: async (event) => {
        if (event.type === 'prompt-refreshed') details.push(event.details)
      },
    },
  })
  const session = await manager.for(ada).createSession({ systemPrompt: 'One' })
  await session.setSystemPrompt('Two')
  expect(details).toEqual([{ digest: sha256('Two'), previousDigest: sha256('One') }])
})

test('the composer of @sess/prompt fits: its parts and digest are kept, and its errors are the cause', async () => {
  const composer = new LayeredComposer({
    global: [{ id: 'base', name: 'Base', scope: 'global', content: 'You are now the assistant of Acme.' }],
    user: [{ id: 'me', name: 'Me', scope: 'user', ...ada, template: 'The user lives in {{city}}.' }],
  })
  const manager = newManager({ promptComposer: composer })
  const session = await manager.for(ada).createSession({ promptVariables: { city: 'Oslo' } })

  expect(session.systemPrompt).toContain('You are now the assistant of Acme.')
  expect(session.systemPrompt).toContain('Oslo')
  expect(session.record.systemPrompt?.digest).toBe(sha256(session.systemPrompt))
  expect(session.record.systemPrompt?.parts.map(({ id }) => id)).toEqual(['base', 'me'])
  const error = await errorOf(manager.for(ada).createSession())
  expect(error.code).toBe('PROMPT_FAILED')
  expect(error.cause).toMatchObject({ code: 'PROMPT_VARIABLE_MISSING' })
  const bob = await manager.for({ orgId: 'acme', userId: 'bob' }).createSession()
  expect(bob.systemPrompt).not.toContain('lives')
})

test('refreshPrompt without a composer is UNSUPPORTED, and a prompt of the application stays', async () => {
  const session = await newManager().for(ada).createSession({ systemPrompt: 'Mine.' })

  expect(await codeOf(session.refreshPrompt())).toBe('UNSUPPORTED')

  await session.refresh()
  expect(session.systemPrompt).toBe('Mine.')
})
