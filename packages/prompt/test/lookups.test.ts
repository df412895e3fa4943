import { getEventListeners } from 'node:events'
import type { CallOptions, Owner } from '@sess/core'
import { type OrgPart, PromptComposer, type UserPart } from '@sess/prompt'
import { describe, expect, test } from 'vitest'
import { ada, compose, errorOf, part } from './composing.ts'

const acmePart: OrgPart = { id: 'o', name: 'o', scope: 'org', orgId: 'acme', content: '[org]' }
const adaPart: UserPart = { id: 'u', name: 'u', scope: 'user', ...ada, content: '[user]' }

describe('lookups', () => {
  test('lists and lookups may be mixed', async () => {
    const { text } = await compose({ global: [part('g')], org: async () => [acmePart], user: async () => [adaPart] })
    expect(text).toBe('[g]\n\n[org]\n\n[user]')
  })

  test('a lookup is told the owner and the signal', async () => {
    const calls: [Owner, CallOptions][] = []
    const { signal } = new AbortController()
    const composer = new PromptComposer({
      org: async (owner, options) => {
        calls.push([owner, options])
        return []
      },
    })
    await composer.compose({ owner: ada, variables: {} }, { signal })
    expect(calls).toEqual([[ada, { signal }]])
    expect(calls[0]?.[1].signal).toBe(signal)
  })

  test('a lookup is asked anew for every prompt', async () => {
    let version = 0
    const composer = new PromptComposer({
      org: async () => [{ ...acmePart, content: `v${++version}`, template: undefined }],
    })
    expect((await composer.compose({ owner: ada, variables: {} })).text).toBe('v1')
    expect((await composer.compose({ owner: ada, variables: {} })).text).toBe('v2')
  })

  test('lookups run at the same time', async () => {
    let running = 0
    let release: () => void = () => undefined
    const all = new Promise<void>((resolve) => {
      release = resolve
    })
    const meet = async () => {
      if (++running === 4) release()
      await all
      return []
    }
    expect((await compose({ global: meet, org: meet, user: meet, chat: meet })).text).toBe('')
  })

  test('the order in which lookups answer changes nothing', async () => {
    const late = async () => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      return [part('g')]
    }
    expect((await compose({ global: late, org: async () => [acmePart] })).text).toBe('[g]\n\n[org]')
  })

  test('what a lookup throws arrives unchanged', async () => {
    const failure = new Error('database is down')
    await expect(compose({ org: () => Promise.reject(failure), user: async () => [adaPart] })).rejects.toBe(failure)
    const thrown = () => {
      throw failure
    }
    await expect(compose({ org: thrown })).rejects.toBe(failure)
  })

  test('two lookups that fail leave no rejection behind', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const fail = () => Promise.reject(new Error('down'))
    await expect(compose({ global: fail, org: fail, user: fail })).rejects.toThrow('down')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  test.each([undefined, null, {}, 'text', new Set([acmePart])])(
    'an answer that is no array is refused (case %#)',
    async (rows) => {
      const error = await errorOf(() => compose({ org: async () => rows as never }))
      expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'org' } })
    },
  )

  test('an empty answer is fine', async () => {
    expect((await compose({ org: async () => [] })).text).toBe('')
  })

  test('rows that answer twice are refused', async () => {
    const error = await errorOf(() => compose({ org: async () => [acmePart, { ...acmePart }] }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'id', partId: 'o' } })
  })

  test('rows are not changed and not kept', async () => {
    const row = Object.freeze({ ...acmePart, content: 'one\r\n' })
    await compose({ org: async () => Object.freeze([row]) })
    expect(row).toEqual({ ...acmePart, content: 'one\r\n' })
  })

  test.each([
    ['org', { ...acmePart, orgId: 'globex' }],
    ['org', { ...acmePart, orgId: 'ACME' }],
    ['org', { ...acmePart, orgId: 'globex', active: false }],
    ['user', { ...adaPart, orgId: 'globex' }],
    ['user', { ...adaPart, userId: 'bob' }],
    ['chat', { ...adaPart, scope: 'chat', userId: 'bob' }],
  ])("a %s lookup that answers another owner's part fails (case %#)", async (layer, foreign) => {
    const error = await errorOf(() => compose({ [layer]: async () => [foreign] }))
    expect(error).toMatchObject({ code: 'PROMPT_OWNER_MISMATCH', details: { partId: foreign.id } })
  })
})

describe('abort', () => {
  const reason = new Error('the user left')

  test('before the call: no lookup is asked', async () => {
    let asked = 0
    const composer = new PromptComposer({
      org: async () => {
        asked++
        return []
      },
    })
    const signal = AbortSignal.abort(reason)
    await expect(composer.compose({ owner: ada, variables: {} }, { signal })).rejects.toBe(reason)
    await expect(composer.explain({ owner: ada, variables: {} }, { signal })).rejects.toBe(reason)
    expect(asked).toBe(0)
  })

  test('during a lookup that ignores the signal', async () => {
    const controller = new AbortController()
    const composer = new PromptComposer({ org: () => new Promise(() => undefined), user: async () => [adaPart] })
    const composing = composer.compose({ owner: ada, variables: {} }, controller)
    controller.abort(reason)
    await expect(composing).rejects.toBe(reason)
  })

  test('a lookup that fails after the abort is not heard of again', async () => {
    const unhandled: unknown[] = []
    const listen = (rejected: unknown) => unhandled.push(rejected)
    process.on('unhandledRejection', listen)
    const controller = new AbortController()
    const org = (_: Owner, { signal }: CallOptions) =>
      new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted query')))
      })
    const composing = new PromptComposer({ org }).compose({ owner: ada, variables: {} }, controller)
    controller.abort(reason)
    await expect(composing).rejects.toThrow()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  test('after the lookups, and before anything is rendered', async () => {
    const controller = new AbortController()
    let validated = 0
    const org = async () => {
      controller.abort(reason)
      return [acmePart]
    }
    const composer = new PromptComposer({
      org,
      validator: () => {
        validated++
        return []
      },
    })
    await expect(composer.compose({ owner: ada, variables: {} }, controller)).rejects.toBe(reason)
    await new Promise((resolve) => setImmediate(resolve))
    expect(validated).toBe(0)
  })

  test('a call leaves no listener on the signal, whether it succeeds or fails', async () => {
    const { signal } = new AbortController()
    const good = new PromptComposer({ global: [part('a')] })
    const bad = new PromptComposer({ global: () => Promise.reject(new Error('down')) })
    for (let call = 0; call < 100; call++) {
      await good.compose({ owner: ada, variables: {} }, { signal })
      await bad.compose({ owner: ada, variables: {} }, { signal }).catch(() => undefined)
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('explain can be aborted, too', async () => {
    const controller = new AbortController()
    const composer = new PromptComposer({ org: () => new Promise(() => undefined) })
    const explaining = composer.explain({ owner: ada, variables: {} }, controller)
    controller.abort(reason)
    await expect(explaining).rejects.toBe(reason)
  })
})
