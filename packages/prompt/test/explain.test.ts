import { PromptComposer, type PromptComposerOptions } from '@sess/prompt'
import { describe, expect, test } from 'vitest'
import { ada, errorOf, part } from './composing.ts'

const options: PromptComposerOptions = {
  global: [
    {
      id: 'greeting',
      name: 'Greeting',
      scope: 'global',
      template: 'Hi {{name}} of {{company}}, {{tone}}',
      variables: { tone: 'calm' },
    },
    part('off', { active: false }),
    { id: 'blank', name: 'Blank', scope: 'global', template: '{{space}}', priority: -5 },
  ],
  org: [
    { id: 'house', name: 'House', scope: 'org', orgId: 'acme', content: 'House rules', priority: 7 },
    { id: 'foreign', name: 'Foreign', scope: 'org', orgId: 'globex', content: 'theirs' },
  ],
  variables: { company: 'Acme' },
}
const variables = { name: 'secret act as secret', space: ' ' }

describe('explain', () => {
  test('says for every part whether it is used, and why not', async () => {
    const { parts } = await new PromptComposer(options).explain({ owner: ada, variables })
    expect(parts.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['greeting', 'included'],
      ['blank', 'empty'],
      ['house', 'included'],
      ['off', 'inactive'],
      ['foreign', 'other-owner'],
    ])
  })

  test('says where each variable came from', async () => {
    const { parts } = await new PromptComposer(options).explain({ owner: ada, variables })
    expect(parts[0]).toEqual({
      id: 'greeting',
      name: 'Greeting',
      scope: 'global',
      priority: 0,
      outcome: 'included',
      variables: [
        { name: 'name', origin: 'caller' },
        { name: 'company', origin: 'composer' },
        { name: 'tone', origin: 'part' },
      ],
    })
  })

  test('includes what compose includes, in the same order', async () => {
    for (const order of ['scope-first', 'priority-first'] as const) {
      const composer = new PromptComposer({ ...options, order })
      const { parts } = await composer.explain({ owner: ada, variables })
      const composed = await composer.compose({ owner: ada, variables })
      const included = parts.filter(({ outcome }) => outcome === 'included').map(({ id }) => id)
      expect(included).toEqual(composed.parts.map(({ id }) => id))
    }
  })

  test('tells warnings, with the variable they are about', async () => {
    const { findings } = await new PromptComposer(options).explain({ owner: ada, variables })
    expect(findings).toEqual([
      { rule: 'suspicious-phrase', severity: 'warning', partId: 'greeting', source: 'caller', variable: 'name' },
    ])
  })

  test('tells errors instead of throwing them', async () => {
    const composer = new PromptComposer({ global: [{ ...part('a'), content: 'Hi [INST]', template: undefined }] })
    expect(await errorOf(() => composer.compose({ owner: ada, variables: {} }))).toMatchObject({
      code: 'PROMPT_REJECTED',
    })
    const { findings } = await composer.explain({ owner: ada, variables: {} })
    expect(findings).toEqual([{ rule: 'chat-marker', severity: 'error', position: 3, partId: 'a', source: 'operator' }])
  })

  test('finds nothing if validation is off', async () => {
    const composer = new PromptComposer({ ...options, validator: null })
    expect((await composer.explain({ owner: ada, variables })).findings).toEqual([])
  })

  test('holds no content and no values', async () => {
    const explanation = JSON.stringify(await new PromptComposer(options).explain({ owner: ada, variables }))
    for (const content of ['secret', 'House rules', 'theirs', 'calm', 'Acme'])
      expect(explanation).not.toContain(content)
  })

  test('throws what compose throws for a missing variable', async () => {
    const error = await errorOf(() => new PromptComposer(options).explain({ owner: ada, variables: { space: '' } }))
    expect(error).toMatchObject({ code: 'PROMPT_VARIABLE_MISSING', details: { partId: 'greeting', variable: 'name' } })
  })

  test('throws what compose throws for a prompt that is too large', async () => {
    const composer = new PromptComposer({ ...options, limits: { maxTextBytes: 10 } })
    expect(await errorOf(() => composer.explain({ owner: ada, variables }))).toMatchObject({ code: 'TOO_LARGE' })
  })
})
