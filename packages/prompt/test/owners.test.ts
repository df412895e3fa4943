import type { Owner } from '@sess/core'
import { type ChatPart, type OrgPart, PromptComposer, type UserPart } from '@sess/prompt'
import { describe, expect, test } from 'vitest'

function org(orgId: string, id = `org:${orgId}`): OrgPart {
  return { id, name: id, scope: 'org', orgId, content: `[${orgId}]` }
}

function user(orgId: string, userId: string): UserPart {
  return { id: `${orgId}/${userId}`, name: userId, scope: 'user', orgId, userId, content: `[${userId}@${orgId}]` }
}

async function textFor(composer: PromptComposer, orgId: string, userId: string): Promise<string> {
  return (await composer.compose({ owner: { orgId, userId }, variables: {} })).text
}

describe('whose parts', () => {
  const composer = new PromptComposer({
    org: [org('acme'), org('globex')],
    user: [user('acme', 'ada'), user('globex', 'ada'), user('acme', 'bob')],
  })

  test.each([
    ['acme', 'ada', '[acme]\n\n[ada@acme]'],
    ['globex', 'ada', '[globex]\n\n[ada@globex]'],
    ['acme', 'bob', '[acme]\n\n[bob@acme]'],
    ['globex', 'bob', '[globex]'],
    ['initech', 'ada', ''],
  ])('of %s, %s', async (orgId, userId, text) => {
    expect(await textFor(composer, orgId, userId)).toBe(text)
  })

  test("a chat's parts are one user's of one organisation", async () => {
    const chat: ChatPart[] = [{ ...user('acme', 'ada'), scope: 'chat', content: '[chat]', template: undefined }]
    const chats = new PromptComposer({ chat })
    expect(await textFor(chats, 'acme', 'ada')).toBe('[chat]')
    expect(await textFor(chats, 'acme', 'bob')).toBe('')
    expect(await textFor(chats, 'globex', 'ada')).toBe('')
  })

  test.each([
    ['ACME', 'ada'],
    ['acme ', 'ada'],
    ['acme/ada', 'ada'],
    ['acm', 'ada'],
    ['*', '*'],
    ['%', '%'],
    ['ａｃｍｅ', 'ada'],
    ['__proto__', 'constructor'],
    ['undefined', 'undefined'],
  ])('%j, %j is somebody else', async (orgId, userId) => {
    expect(await textFor(composer, orgId, userId)).toBe('')
  })

  test('ids that look alike once they are glued together are kept apart', async () => {
    const glued = new PromptComposer({ user: [user('a:b', 'c'), user('a', 'b:c')] })
    expect(await textFor(glued, 'a:b', 'c')).toBe('[c@a:b]')
    expect(await textFor(glued, 'a', 'b:c')).toBe('[b:c@a]')
  })

  test('composed and decomposed letters are two organisations', async () => {
    const two = new PromptComposer({ org: [org('caf\u00e9', 'x'), org('cafe\u0301', 'x')] })
    expect(await textFor(two, 'caf\u00e9', 'ada')).toBe('[caf\u00e9]')
  })

  test.each(['__proto__', 'constructor', '*', '{}', '../', '😀', 'a\nb'])(
    'an organisation may be called %j',
    async (orgId) => {
      const hostile = new PromptComposer({ org: [org(orgId), org('acme')] })
      expect(await textFor(hostile, orgId, 'ada')).toBe(`[${orgId}]`)
      expect(await textFor(hostile, 'acme', 'ada')).toBe('[acme]')
    },
  )

  test('100 owners at a time get their own prompts', async () => {
    const owners: Owner[] = Array.from({ length: 100 }, (_, n) => ({ orgId: `org${n % 10}`, userId: `user${n}` }))
    const lookups = new PromptComposer({ user: async ({ orgId, userId }) => [user(orgId, userId)] })
    const texts = await Promise.all(owners.map(({ orgId, userId }) => textFor(lookups, orgId, userId)))
    expect(texts).toEqual(owners.map(({ orgId, userId }) => `[${userId}@${orgId}]`))
  })
})
