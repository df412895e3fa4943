import type { GlobalPart, PromptComposerOptions } from '@sess/prompt'
import { describe, expect, test } from 'vitest'
import { compose, part } from './composing.ts'

const acme = { orgId: 'acme' } as const
const own = { ...acme, userId: 'ada' } as const

const layered: PromptComposerOptions = {
  chat: [{ id: 'c', name: 'c', scope: 'chat', ...own, content: '[chat]', priority: 1000 }],
  user: [{ id: 'u', name: 'u', scope: 'user', ...own, content: '[user]', priority: 900 }],
  org: [{ id: 'o', name: 'o', scope: 'org', ...acme, content: '[org]', priority: 5 }],
  global: [{ id: 'g', name: 'g', scope: 'global', content: '[global]', priority: -1000 }],
}

async function ids(options: PromptComposerOptions): Promise<string[]> {
  return (await compose(options)).parts.map(({ id }) => id)
}

/** A shuffle that is the same in every run. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  let state = seed
  const keyed = items.map((item) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return { item, key: state }
  })
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
}

describe('order', () => {
  test('the scope decides first, from global to chat', async () => {
    expect((await compose(layered)).text).toBe('[global]\n\n[org]\n\n[user]\n\n[chat]')
  })

  test('the layers may be given in any order', async () => {
    const reversed = Object.fromEntries(Object.entries(layered).reverse())
    expect((await compose(reversed)).text).toBe((await compose(layered)).text)
  })

  test('priority-first: the priority decides before the scope', async () => {
    expect(await ids({ ...layered, order: 'priority-first' })).toEqual(['c', 'u', 'o', 'g'])
  })

  test('priority-first: the scope decides among equal priorities', async () => {
    const global = [part('z', { priority: 3 })]
    const user = [{ id: 'a', name: 'a', scope: 'user', ...own, content: 'a', priority: 3 } as const]
    expect(await ids({ global, user, order: 'priority-first' })).toEqual(['z', 'a'])
  })

  test('the higher priority stands first within a scope', async () => {
    const global = [part('a', { priority: -1 }), part('b', { priority: 1 }), part('c'), part('d', { priority: 1000 })]
    expect(await ids({ global })).toEqual(['d', 'b', 'c', 'a'])
  })

  test('the lowest and the highest priority are allowed', async () => {
    const global = [part('low', { priority: -1000 }), part('high', { priority: 1000 }), part('none')]
    expect(await ids({ global })).toEqual(['high', 'none', 'low'])
  })

  test('no priority is the same as 0', async () => {
    expect(await ids({ global: [part('b', { priority: 0 }), part('a'), part('c', { priority: -0 })] })).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  test('ids decide a tie by code units, not by a locale', async () => {
    const global = ['ä', 'z', 'Z', 'a', 'é', 'e', '10', '9', 'ﬀ', '😀', '_'].map((id) => part(id))
    expect(await ids({ global })).toEqual(['10', '9', 'Z', '_', 'a', 'e', 'z', 'ä', 'é', '😀', 'ﬀ'])
  })

  test('an id that begins another one stands first', async () => {
    expect(await ids({ global: [part('part-10'), part('part-1'), part('part')] })).toEqual([
      'part',
      'part-1',
      'part-10',
    ])
  })

  test.each(['scope-first', 'priority-first'] as const)(
    '%s: 100 shuffles of the same parts give the same bytes',
    async (order) => {
      const global: GlobalPart[] = Array.from({ length: 40 }, (_, index) =>
        part(`p${index}`, { priority: (index * 7) % 4 }),
      )
      const expected = await compose({ global, order })
      for (let seed = 1; seed <= 100; seed++) {
        expect(await compose({ global: shuffled(global, seed), order })).toEqual(expected)
      }
    },
  )

  test('an unknown order is refused', async () => {
    expect(() => compose({ order: 'alphabetical' as never })).toThrow(
      expect.objectContaining({ code: 'PROMPT_INVALID' }),
    )
  })
})
