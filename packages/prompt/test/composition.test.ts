import { createHash } from 'node:crypto'
import { type GlobalPart, PromptComposer } from '@sess/prompt'
import { describe, expect, test } from 'vitest'
import { ada, compose, part, render } from './composing.ts'

function written(id: string, content: string): GlobalPart {
  return { id, name: `The ${id}`, scope: 'global', content }
}

describe('joining', () => {
  test('an empty line stands between two parts', async () => {
    expect((await compose({ global: [part('a'), part('b')] })).text).toBe('[a]\n\n[b]')
  })

  test('whitespace at the end of a part goes', async () => {
    expect((await compose({ global: [written('a', 'one \t\n\n\n'), written('b', 'two\n')] })).text).toBe('one\n\ntwo')
  })

  test('whitespace at the start of a part stays', async () => {
    expect((await compose({ global: [written('a', '  one'), written('b', '\n\ttwo')] })).text).toBe('  one\n\n\n\ttwo')
  })

  test('CRLF becomes LF', async () => {
    expect((await compose({ global: [written('a', 'one\r\ntwo\r\n\r\nthree\r\n')] })).text).toBe('one\ntwo\n\nthree')
  })

  test('quotes, angle brackets, ampersands and inner whitespace stay as they are', async () => {
    const content = `<a href="x">&amp; & 'b'</a>  c\t\n\n\n\nd {{ e }} \\{{ $& $1`
    expect((await compose({ global: [written('a', content)] })).text).toBe(content)
  })

  test.each(['', ' ', '\n\t\r\n', '\u00A0\u2003'])('a part of %j is skipped', async (content) => {
    const { text, parts } = await compose({ global: [part('a'), written('b', content), part('c')] })
    expect(text).toBe('[a]\n\n[c]')
    expect(parts.map(({ id }) => id)).toEqual(['a', 'c'])
  })

  test('a template that renders to nothing is skipped', async () => {
    expect(await render('{{nothing}}', { nothing: ' ' })).toBe('')
  })

  test('no parts make an empty prompt', async () => {
    expect(await compose({})).toMatchObject({ text: '', parts: [], tokens: 0 })
  })

  test('an inactive part is left out', async () => {
    expect((await compose({ global: [part('a', { active: false }), part('b', { active: true })] })).text).toBe('[b]')
  })
})

describe('what compose answers', () => {
  test('each part says where it stands in the text', async () => {
    const global = [written('a', 'one'), written('b', ' \n'), written('c', 'zwei 😀 \n'), written('d', 'drei')]
    const { text, parts } = await compose({ global })
    expect(parts.map(({ start, end }) => text.slice(start, end))).toEqual(['one', 'zwei 😀', 'drei'])
    expect(parts[2]).toEqual({ id: 'd', name: 'The d', scope: 'global', start: 14, end: 18 })
  })

  test.each(['', 'plain', 'ünï😀', 'x'.repeat(10_000)])(
    'the digest is the SHA-256 of the text (case %#)',
    async (content) => {
      const { text, digest } = await compose({ global: [written('a', content)] })
      expect(text).toBe(content)
      expect(digest).toBe(createHash('sha256').update(content, 'utf8').digest('hex'))
    },
  )

  test('one other byte gives another digest', async () => {
    const [a, b] = await Promise.all([
      compose({ global: [written('a', 'x.')] }),
      compose({ global: [written('a', 'x!')] }),
    ])
    expect(a.digest).not.toBe(b.digest)
  })

  test('tokens are estimated from bytes if there is no counter', async () => {
    expect((await compose({ global: [written('a', '12345678')] })).tokens).toBe(2)
    expect((await compose({ global: [written('a', '你好你好')] })).tokens).toBe(3)
  })

  test('the counter counts the text that is answered', async () => {
    const counted: string[] = []
    const countTokens = (text: string) => counted.push(text) * 7
    expect((await compose({ global: [written('a', 'one\r\n')], countTokens })).tokens).toBe(7)
    expect(counted).toEqual(['one'])
  })

  test('the same text is counted and hashed once', async () => {
    let counts = 0
    const composer = new PromptComposer({ global: [part('a')], countTokens: () => ++counts })
    const answers = [
      await composer.compose({ owner: ada, variables: {} }),
      await composer.compose({ owner: ada, variables: {} }),
    ]
    expect(counts).toBe(1)
    expect(answers[0]).toEqual(answers[1])
  })

  test('texts of long ago are forgotten, those of lately are not', async () => {
    let counts = 0
    const global: GlobalPart[] = [{ id: 'a', name: 'a', scope: 'global', template: `{{n}} ${'x'.repeat(50_000)}` }]
    const composer = new PromptComposer({ global, countTokens: () => ++counts })
    for (let n = 0; n < 50; n++) {
      await composer.compose({ owner: ada, variables: { n } })
      await composer.compose({ owner: ada, variables: { n: 0 } })
    }
    expect(counts).toBe(50)
    await composer.compose({ owner: ada, variables: { n: 1 } })
    expect(counts).toBe(51)
  })

  test('a text that would take most of the memory is not kept', async () => {
    let counts = 0
    const limits = { maxPartBytes: 1_000_000, maxTextBytes: 1_000_000 }
    const composer = new PromptComposer({
      global: [written('a', 'x'.repeat(600_000))],
      limits,
      countTokens: () => ++counts,
    })
    await composer.compose({ owner: ada, variables: {} })
    await composer.compose({ owner: ada, variables: {} })
    expect(counts).toBe(2)
  })

  test('the answer is JSON and belongs to the caller', async () => {
    const composer = new PromptComposer({ global: [part('a')] })
    const first = await composer.compose({ owner: ada, variables: {} })
    expect(JSON.parse(JSON.stringify(first))).toEqual(first)
    Object.assign(first.parts[0] ?? {}, { id: 'changed' })
    expect((await composer.compose({ owner: ada, variables: {} })).parts[0]?.id).toBe('a')
  })

  test('a list is copied: later changes to it do nothing', async () => {
    const variables = { word: 'before' }
    const global = [{ id: 'a', name: 'a', scope: 'global', template: '{{word}}', variables } as GlobalPart]
    const composer = new PromptComposer({ global })
    variables.word = 'after'
    global.push(part('b'))
    expect((await composer.compose({ owner: ada, variables: {} })).text).toBe('before')
  })

  test('10,000 compositions, 100 at a time, answer the same bytes', async () => {
    const template = 'Hello {{name}}, number {{n}}.'
    const composer = new PromptComposer({ global: [part('a'), { id: 'b', name: 'b', scope: 'global', template }] })
    const digests = new Map<number, string>()
    for (let round = 0; round < 100; round++) {
      const work = Array.from({ length: 100 }, (_, n) =>
        composer.compose({ owner: ada, variables: { name: 'Ada', n } }),
      )
      for (const [n, { digest }] of (await Promise.all(work)).entries()) {
        expect(digests.get(n) ?? digest).toBe(digest)
        digests.set(n, digest)
      }
    }
    expect(new Set(digests.values()).size).toBe(100)
  })

  test('no clock, no random and no locale: what they answer changes nothing', async () => {
    const originals = { now: Date.now, random: Math.random, compare: String.prototype.localeCompare }
    const global = [part('b'), part('a'), part('ä')]
    const before = await compose({ global })
    try {
      Date.now = () => 0
      Math.random = () => 0
      String.prototype.localeCompare = () => 1
      expect(await compose({ global })).toEqual(before)
    } finally {
      Date.now = originals.now
      Math.random = originals.random
      String.prototype.localeCompare = originals.compare
    }
  })
})
