import type { Content, Message, Role } from '@sess/core'
import { expect, test } from 'vitest'
import { modelMessages } from '../src/openai-agent/model-messages.ts'

function message(role: Role, content: Content, seq = 1): Message {
  return { id: `m${seq}`, seq, createdAt: 0, role, content }
}

test('text stays text, whoever speaks', () => {
  const history = [message('system', 'S'), message('user', 'U', 2), message('assistant', 'A', 3)]
  expect(modelMessages(history)).toEqual([
    { role: 'system', content: 'S' },
    { role: 'user', content: [{ type: 'text', text: 'U' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'A' }] },
  ])
})

test('a file goes as its address', () => {
  const file = { type: 'file', mediaType: 'image/png', url: 'https://example.com/a.png', filename: 'a.png' } as const
  expect(modelMessages([message('user', [file])])[0]?.content).toEqual([
    { type: 'file', mediaType: 'image/png', data: new URL('https://example.com/a.png'), filename: 'a.png' },
  ])
})

test('a result without a name gets the name of its call', () => {
  const history = [
    message('assistant', [{ type: 'tool-call', callId: 'c', name: 'add', input: { a: 1 } }]),
    message('tool', [{ type: 'tool-result', callId: 'c', output: 'three', isError: true }], 2),
  ]
  expect(modelMessages(history)).toEqual([
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'add', input: { a: 1 } }] },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c', toolName: 'add', output: { type: 'error-text', value: 'three' } },
      ],
    },
  ])
})

test('a call that is answered in its own message is followed by its result', () => {
  const content = [
    { type: 'tool-call', callId: 'c', name: 'add', input: {} },
    { type: 'tool-result', callId: 'c', output: { sum: 3 } },
  ] as const
  expect(modelMessages([message('assistant', content)]).map(({ role }) => role)).toEqual(['assistant', 'tool'])
})

test('what a provider added to a call goes back to it', () => {
  const metadata = { google: { thoughtSignature: 'x' } }
  const call = { type: 'tool-call', callId: 'c', name: 'add', input: {}, metadata } as const
  expect(modelMessages([message('assistant', [call])])[0]?.content).toMatchObject([{ providerOptions: metadata }])
})

test('reasoning, data and empty messages stay here', () => {
  const history = [
    message('assistant', [{ type: 'reasoning', text: 'Hm.' }]),
    message('assistant', '', 2),
    message('assistant', [{ type: 'data', name: 'chart', data: [1] }], 3),
  ]
  expect(modelMessages(history)).toEqual([])
})
