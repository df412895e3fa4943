import { type GlobalPart, PromptComposer, type PromptComposerOptions } from '@sess/prompt'
import { describe, expect, test } from 'vitest'
import { ada, compose, errorOf, part } from './composing.ts'

const good = { id: 'p', name: 'P', scope: 'global', content: 'x' } as const

/** [what is wrong, the layer, the part, the field that the error names] */
const wrongParts: readonly (readonly [string, keyof PromptComposerOptions, object, string])[] = [
  ['an empty id', 'global', { ...good, id: '' }, 'id'],
  ['a number for an id', 'global', { ...good, id: 7 }, 'id'],
  ['an id of 256 bytes', 'global', { ...good, id: 'é'.repeat(128) }, 'id'],
  ['half a surrogate pair in the id', 'global', { ...good, id: '\uD800' }, 'id'],
  ['no name', 'global', { ...good, name: undefined }, 'name'],
  ['an object for a name', 'global', { ...good, name: {} }, 'name'],
  ['an unknown scope', 'global', { ...good, scope: 'team' }, 'scope'],
  ['no scope', 'global', { ...good, scope: undefined }, 'scope'],
  ['a scope of the prototype', 'global', { ...good, scope: 'constructor' }, 'scope'],
  ["another layer's scope", 'org', good, 'scope'],
  ['neither content nor template', 'global', { ...good, content: undefined }, 'content'],
  ['content and template', 'global', { ...good, template: 'y' }, 'content'],
  ['null for content', 'global', { ...good, content: null }, 'content'],
  ['an array for content', 'global', { ...good, content: ['x'] }, 'content'],
  ['half a surrogate pair in the content', 'global', { ...good, content: 'a\uDC00' }, 'content'],
  ['a number for a template', 'global', { ...good, content: undefined, template: 7 }, 'template'],
  ['NaN for a priority', 'global', { ...good, priority: Number.NaN }, 'priority'],
  ['a fraction for a priority', 'global', { ...good, priority: 1.5 }, 'priority'],
  ['a priority of 1001', 'global', { ...good, priority: 1001 }, 'priority'],
  ['a priority of -1001', 'global', { ...good, priority: -1001 }, 'priority'],
  ['an infinite priority', 'global', { ...good, priority: Number.POSITIVE_INFINITY }, 'priority'],
  ['text for a priority', 'global', { ...good, priority: '10' }, 'priority'],
  ['null for a priority', 'global', { ...good, priority: null }, 'priority'],
  ['1 for active', 'global', { ...good, active: 1 }, 'active'],
  ["'false' for active", 'global', { ...good, active: 'false' }, 'active'],
  ['an array for variables', 'global', { ...good, variables: [] }, 'variables'],
  ['text for variables', 'global', { ...good, variables: '{}' }, 'variables'],
  ['a function among the variables', 'global', { ...good, variables: { a: { b: () => 'x' } } }, 'variables.a.b'],
  ['a global part of an organisation', 'global', { ...good, orgId: 'acme' }, 'orgId'],
  ['a global part of a user', 'global', { ...good, userId: 'ada' }, 'userId'],
  ["an organisation's part without one", 'org', { ...good, scope: 'org' }, 'orgId'],
  ["an organisation's part of a user", 'org', { ...good, scope: 'org', orgId: 'acme', userId: 'ada' }, 'userId'],
  ["an organisation's part with an empty one", 'org', { ...good, scope: 'org', orgId: '' }, 'orgId'],
  ["a user's part without an organisation", 'user', { ...good, scope: 'user', userId: 'ada' }, 'orgId'],
  ["a user's part without a user", 'user', { ...good, scope: 'user', orgId: 'acme' }, 'userId'],
  ["a chat's part without a user", 'chat', { ...good, scope: 'chat', orgId: 'acme' }, 'userId'],
]

describe('a wrong part', () => {
  test.each(wrongParts)('%s: refused when the composer is made', async (_, layer, wrong, field) => {
    const error = await errorOf(() => new PromptComposer({ [layer]: [wrong] }))
    expect(error).toMatchObject({
      code: 'PROMPT_INVALID',
      details: { field, ...(field === 'id' ? {} : { partId: 'p' }) },
    })
  })

  test.each(wrongParts)('%s: refused when a lookup answers it', async (_, layer, wrong, field) => {
    const error = await errorOf(() => compose({ [layer]: async () => [wrong] }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field } })
  })

  test.each([null, undefined, 'text', 7])('%j in a list is refused', async (wrong) => {
    const error = await errorOf(() => new PromptComposer({ user: [wrong as never] }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'user' } })
  })

  test('a hole in a list is refused', async () => {
    const error = await errorOf(() => new PromptComposer({ global: new Array(1) }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'global' } })
  })

  test('an inactive part is checked, too', async () => {
    const error = await errorOf(() => new PromptComposer({ global: [part('a', { active: false, priority: 0.5 })] }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'priority', partId: 'a' } })
  })

  test('further columns of a row are ignored', async () => {
    const row = { ...good, version: 7, updatedAt: new Date(0), tags: null }
    expect((await compose({ global: [row] })).text).toBe('x')
  })

  test('an error quotes ids but no content', async () => {
    const wrong = { ...good, id: 'a\nb', content: 'secret', priority: 0.5, variables: { key: 'secret' } }
    const error = await errorOf(() => new PromptComposer({ global: [wrong] }))
    expect(error.message).toContain('"a\\nb"')
    expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain('secret')
  })
})

describe('an id that is taken', () => {
  test('in one list', async () => {
    const error = await errorOf(() => new PromptComposer({ global: [part('a'), part('b'), part('a')] }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'id', partId: 'a' } })
  })

  test('in two layers of one owner', async () => {
    const org = [{ ...part('a'), scope: 'org', orgId: 'acme' } as const]
    const error = await errorOf(() => compose({ global: [part('a')], org }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'id', partId: 'a' } })
  })

  test('by an inactive part', async () => {
    const org = [{ ...part('a'), scope: 'org', orgId: 'acme', active: false } as const]
    const error = await errorOf(() => compose({ global: [part('a')], org }))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'id' } })
  })

  test('but not by the part of another owner', async () => {
    const org = ['acme', 'other'].map((orgId) => ({ ...part('a'), scope: 'org', orgId }) as const)
    expect((await compose({ org })).text).toBe('[a]')
  })
})

describe('a wrong setting', () => {
  test.each([
    ['global', { global: {} }],
    ['org', { org: 'acme' }],
    ['user', { user: null }],
    ['chat', { chat: 7 }],
    ['order', { order: 'constructor' }],
    ['validator', { validator: 'strict' }],
    ['validator', { validator: false }],
    ['countTokens', { countTokens: 4 }],
    ['variables', { variables: [] }],
    ['variables.a', { variables: { a: Number.NaN } }],
    ['limits.maxParts', { limits: { maxParts: 0 } }],
    ['limits.maxTextBytes', { limits: { maxTextBytes: 1.5 } }],
    ['limits.maxPartBytes', { limits: { maxPartBytes: Number.NaN } }],
    ['limits.maxVariableLength', { limits: { maxVariableLength: '2000' } }],
  ])('%s of %j', async (field, options) => {
    const error = await errorOf(() => new PromptComposer(options as never))
    expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field, partId: undefined } })
  })

  test.each([1.5, -1, Number.NaN, '7', undefined, Promise.resolve(7)])(
    'a counter that answers %s is refused',
    async (tokens) => {
      const error = await errorOf(() => compose({ countTokens: () => tokens as number }))
      expect(error).toMatchObject({ code: 'PROMPT_INVALID', details: { field: 'countTokens' } })
    },
  )
})

describe('ids and names are data', () => {
  const hostile = [
    '__proto__',
    'constructor',
    '*',
    '%',
    '{}',
    '{{name}}',
    '../..',
    'a\nb',
    '😀',
    "'; DROP TABLE",
    ' ',
    'NaN',
  ]

  test.each(hostile)('%j as id and name', async (id) => {
    const { text, parts } = await compose({ global: [part(id), part('other')] })
    expect(text).toContain(`[${id}]`)
    expect(parts).toContainEqual(expect.objectContaining({ id, name: id }))
  })

  test('an id of 255 bytes', async () => {
    const id = `${'é'.repeat(127)}x`
    expect((await compose({ global: [part(id)] })).parts[0]?.id).toBe(id)
  })

  test('all of them in one prompt', async () => {
    const global: GlobalPart[] = hostile.map((id) => part(id))
    expect((await compose({ global })).parts.map(({ id }) => id)).toEqual([...hostile].sort())
  })

  test.each([
    ['INVALID_ORG_ID', { ...ada, orgId: '' }],
    ['INVALID_ORG_ID', { userId: 'ada' }],
    ['INVALID_USER_ID', { ...ada, userId: 7 }],
    ['INVALID_USER_ID', { ...ada, userId: '\uD800' }],
  ])('%s for the owner %j', async (code, owner) => {
    const error = await errorOf(() => new PromptComposer({}).compose({ owner: owner as never, variables: {} }))
    expect(error.code).toBe(code)
  })
})
