import { type GlobalPart, PromptComposer } from '@sess/prompt'
import { describe, expect, test } from 'vitest'
import { compose, errorOf, part, render } from './composing.ts'

function written(id: string, content: string): GlobalPart {
  return { id, name: id, scope: 'global', content }
}

function many(count: number, fields: { readonly active?: boolean } = {}): GlobalPart[] {
  return Array.from({ length: count }, (_, index) => part(`p${index}`, fields))
}

describe('limits', () => {
  test('64 parts fit, 65 do not', async () => {
    expect((await compose({ global: many(64) })).parts).toHaveLength(64)
    const error = await errorOf(() => compose({ global: many(65) }))
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { field: 'parts', bytes: 65, maxBytes: 64 } })
  })

  test('inactive parts do not count', async () => {
    expect((await compose({ global: many(100, { active: false }) })).parts).toEqual([])
  })

  test('64 KiB fit into a part, one byte more does not', async () => {
    expect((await compose({ global: [written('a', 'x'.repeat(65_536))] })).text).toHaveLength(65_536)
    const error = await errorOf(() => compose({ global: [written('a', 'x'.repeat(65_537))] }))
    expect(error).toMatchObject({
      code: 'TOO_LARGE',
      details: { field: 'parts["a"]', bytes: 65_537, maxBytes: 65_536 },
    })
  })

  test('a listed part that is too large is refused when the composer is made, used or not', async () => {
    const global = [{ ...written('a', 'x'.repeat(65_537)), active: false }]
    expect(await errorOf(() => new PromptComposer({ global }))).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('bytes are counted, not characters', async () => {
    const limits = { maxPartBytes: 8 }
    expect((await compose({ global: [written('a', 'éé😀')], limits })).text).toBe('éé😀')
    const error = await errorOf(() => compose({ global: [written('a', 'ééé😀')], limits }))
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { bytes: 10, maxBytes: 8 } })
  })

  test('a part may not grow over its limit by its variables', async () => {
    const limits = { maxPartBytes: 20 }
    expect(await render('{{a}}', { a: 'x'.repeat(20) }, { limits })).toHaveLength(20)
    const error = await errorOf(() => render('{{a}}', { a: '&'.repeat(5) }, { limits }))
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { field: 'parts["only"]', bytes: 25 } })
  })

  test('256 KiB fit into a prompt, separators included, one byte more does not', async () => {
    const full = (last: number) => [3, 2, 1, 0].map((n) => written(`p${n}`, 'x'.repeat(n === 0 ? last : 65_536)))
    expect((await compose({ global: full(65_530) })).text).toHaveLength(262_144)
    const error = await errorOf(() => compose({ global: full(65_531) }))
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { field: 'text', bytes: 262_145, maxBytes: 262_144 } })
  })

  test('limits can be set one by one', async () => {
    const error = await errorOf(() => compose({ global: many(3), limits: { maxParts: 2 } }))
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { maxBytes: 2 } })
    expect(await render('{{a}}', { a: 'x'.repeat(2_000) }, { limits: { maxParts: 2 } })).toHaveLength(2_000)
  })

  test('the length of values can be set', async () => {
    const limits = { maxVariableLength: 3 }
    expect(await render('{{a}}', { a: 'abc' }, { limits })).toBe('abc')
    const error = await errorOf(() => render('{{a}}', { a: 'abcd' }, { limits }))
    expect(error).toMatchObject({ code: 'PROMPT_VARIABLE_INVALID', details: { variable: 'a' } })
  })

  test('an error about size names no content', async () => {
    const error = await errorOf(() => compose({ global: [written('a', 'secret'.repeat(20_000))] }))
    expect(error.message).not.toContain('secret')
  })
})
