import { describe, expect, test } from 'vitest'
import { compose, errorOf, render } from './composing.ts'

describe('substitution', () => {
  test.each([
    ['{{name}}', 'Ada'],
    ['Hello {{name}}!', 'Hello Ada!'],
    ['{{ name }} {{\tname}} {{name   }}', 'Ada Ada Ada'],
    ['{{name}}{{name}}', 'AdaAda'],
    ['{{user.city}}', 'London'],
    ['{{user.home.zip-code}}', 'W1'],
    ['{{_under}}', 'score'],
    ['{"id": {"name": {{name}}}}', '{"id": {"name": Ada}}'],
    ['}} } {', '}} } {'],
    ['{name} $name <%= name %> {% name %}', '{name} $name <%= name %> {% name %}'],
  ])('%j renders as %j', async (template, text) => {
    const variables = { name: 'Ada', _under: 'score', user: { city: 'London', home: { 'zip-code': 'W1' } } }
    expect(await render(template, variables)).toBe(text)
  })

  test.each([
    ['\\{{name}}', '{{name}}'],
    ['\\\\{{name}}', '\\Ada'],
    ['\\\\\\{{name}}', '\\{{name}}'],
    ['C:\\dir\\name \\n \\', 'C:\\dir\\name \\n \\'],
    ['\\{{', '{{'],
    ['\\{{#if x}} {{name}}', '{{#if x}} Ada'],
    ['{{name}}\\{{name}}', 'Ada{{name}}'],
    ['\\{{{name}}', '{{{name}}'],
    ['\\{{\\{{', '{{{{'],
  ])('escape: %j renders as %j', async (template, text) => {
    expect(await render(template, { name: 'Ada' })).toBe(text)
  })

  test.each([
    ['{{', 0],
    ['{{}}', 0],
    ['{{ }}', 0],
    ['Hello {{name', 6],
    ['Hello {{name}', 6],
    ['{{name}} {{#if x}}', 9],
    ['{{/if}}', 0],
    ['{{> partial}}', 0],
    ['{{! comment}}', 0],
    ['{{{name}}}', 0],
    ['{{name | upcase}}', 0],
    ['{{name()}}', 0],
    ['{{user["name"]}}', 0],
    ['{{.name}}', 0],
    ['{{user.}}', 0],
    ['{{user..name}}', 0],
    ['{{1name}}', 0],
    ['{{na\nme}}', 0],
    ['{{näme}}', 0],
    ['{{a.b.c.d.e.f.g.h.i}}', 0],
    [`{{${'x'.repeat(65)}}}`, 0],
    ['\r\n\\\\{{', 4],
  ])('%j is no template, and the error says where', async (template, position) => {
    const error = await errorOf(() => render(template, { name: 'Ada' }))
    expect(error).toMatchObject({ code: 'PROMPT_TEMPLATE_INVALID', details: { partId: 'only', position } })
  })

  test('a listed template is parsed when the composer is made, even an inactive one', async () => {
    const global = [{ id: 'a', name: 'a', scope: 'global', template: '{{', active: false } as const]
    expect(() => compose({ global })).toThrow(expect.objectContaining({ code: 'PROMPT_TEMPLATE_INVALID' }))
  })

  test('64 KiB of backslashes, braces or spaces are read in a moment', async () => {
    for (const character of ['\\', ' ', '}', '\\{{', '{']) {
      const template = `{{name}}${character.repeat(60_000 / character.length)}`
      const start = performance.now()
      await render(template, { name: 'Ada' }).catch(() => undefined)
      expect(performance.now() - start).toBeLessThan(1_000)
    }
  })

  test('content is never a template', async () => {
    const global = [{ id: 'a', name: 'a', scope: 'global', content: '{{name}} {{#if}} \\{{' } as const]
    expect((await compose({ global }, { name: 'Ada' })).text).toBe('{{name}} {{#if}} \\{{')
  })
})

describe('where values come from', () => {
  const own = { word: 'part' }
  const variables = { word: 'composer' }

  test("the caller's value wins over the part's and the composer's", async () => {
    expect(await render('{{word}}', { word: 'caller' }, { own, variables })).toBe('caller')
  })

  test("the part's own value wins over the composer's", async () => {
    expect(await render('{{word}}', {}, { own, variables })).toBe('part')
  })

  test("the composer's value is the last resort", async () => {
    expect(await render('{{word}}', {}, { variables })).toBe('composer')
  })

  test('an undefined value counts as none, also on the way to another', async () => {
    expect(await render('{{word}}', { word: undefined } as never, { own })).toBe('part')
    expect(await render('{{word.a}}', { word: undefined } as never, { own: { word: { a: 'part' } } })).toBe('part')
  })

  test.each([
    ['', ''],
    [0, '0'],
    [false, 'false'],
  ])("a caller's %j is a value", async (word, text) => {
    expect(await render('<{{word}}>', { word }, { own })).toBe(`<${text}>`)
  })

  test('each name of an object is looked up on its own', async () => {
    const user = { city: 'Paris', name: 'Somebody' }
    expect(await render('{{user.name}}, {{user.city}}', { user: { name: 'Ada' } }, { own: { user } })).toBe(
      'Ada, Paris',
    )
  })

  test("one part's own values are not seen by another", async () => {
    const a = { id: 'a', name: 'a', scope: 'global', content: 'a', variables: { word: 'secret' } } as const
    const b = { id: 'b', name: 'b', scope: 'global', template: '{{word}}' } as const
    const error = await errorOf(() => compose({ global: [a, b] }))
    expect(error).toMatchObject({ code: 'PROMPT_VARIABLE_MISSING', details: { partId: 'b', variable: 'word' } })
  })

  test.each(['name', 'user.name', 'user.home.city'])(
    '%s is missing: the error names part and variable',
    async (variable) => {
      const error = await errorOf(() => render(`{{${variable}}}`, { user: { home: {} } }))
      expect(error).toMatchObject({ code: 'PROMPT_VARIABLE_MISSING', details: { partId: 'only', variable } })
    },
  )

  test('a missing variable of an inactive part is no error', async () => {
    const global = [{ id: 'a', name: 'a', scope: 'global', template: '{{name}}', active: false } as const]
    expect((await compose({ global })).text).toBe('')
  })

  test('variables that no template names are ignored', async () => {
    expect(await render('plain', { unused: 'x'.repeat(1_000_000), other: null })).toBe('plain')
  })
})
