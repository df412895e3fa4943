import { type Agent, type Chat, isSessError, type StreamEvent, type ToolProvider } from '@sess/core'
import { describe, expect, test } from 'vitest'
import { demoManager } from '../src/demo-manager.ts'
import { explained } from '../src/explained.ts'
import { noteTools } from '../src/openai-agent/note-tools.ts'
import { openAiAgent } from '../src/openai-agent/openai-agent.ts'
import { type ModelEndpoint, modelEndpoint } from './model-endpoint.ts'

const apiKey = 'sk-a-very-secret-key'

function agentAt(endpoint: Pick<ModelEndpoint, 'baseUrl'>): Agent {
  return openAiAgent({ baseUrl: endpoint.baseUrl, apiKey, model: 'small', tools: noteTools })
}

async function chatWith(agent: Agent, input: Parameters<Chat['update']>[0] = {}): Promise<Chat> {
  const session = await demoManager(agent).for({ orgId: 'acme', userId: 'ada' }).createSession()
  return await session.createChat(input)
}

/** What a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  )
}

describe('an answer', () => {
  test('streams as the endpoint sends it, and is stored whole with its usage', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.text('Good ', 'mor', 'ning.').end())
    const chat = await chatWith(agentAt(endpoint))
    const events: StreamEvent[] = []
    for await (const event of chat.streamMessage('Hello')) events.push(event)
    expect(events.flatMap((event) => (event.type === 'text' ? [event.text] : []))).toEqual(['Good ', 'mor', 'ning.'])
    const reply = events.flatMap((event) => (event.type === 'done' ? [event.reply] : []))[0]
    const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 }
    expect(reply).toMatchObject({ text: 'Good morning.', usage, messages: [{ role: 'assistant', usage }] })
    expect(await chat.lastReply()).toMatchObject({ content: 'Good morning.' })
  })

  test('is asked for with the key, the system prompt and what was said before', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.text('Yes.').end())
    const chat = await chatWith(agentAt(endpoint), { systemPrompt: 'Be brief.' })
    await chat.sendMessage('One')
    await chat.sendMessage('Two')
    const request = endpoint.requests[1]
    expect(request?.path).toBe('/v1/chat/completions')
    expect(request?.headers.authorization).toBe(`Bearer ${apiKey}`)
    expect(request?.body).toMatchObject({ model: 'small', stream: true })
    expect(request?.body.messages[0]?.content).toMatch(/^You are a careful assistant[\s\S]*Be brief\.$/)
    expect(request?.body.messages.slice(1)).toEqual([
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Two' },
    ])
  })

  test('comes from the model and at the temperature that the chat names', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.text('Yes.').end())
    const chat = await chatWith(agentAt(endpoint), { agent: { model: 'large', temperature: 0.25 } })
    await chat.sendMessage('One')
    expect(endpoint.requests[0]?.body).toMatchObject({ model: 'large', temperature: 0.25 })
  })

  test('keeps its reasoning, and does not send it again', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.reasoning('Hm.').text('Yes.').end())
    const chat = await chatWith(agentAt(endpoint))
    const reply = await chat.sendMessage('One')
    expect(reply.message?.content).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ])
    await chat.sendMessage('Two')
    expect(JSON.stringify(endpoint.requests[1]?.body)).not.toContain('Hm.')
  })
})

describe('tools', () => {
  test('are called, and calls and results are messages of the chat', async () => {
    await using endpoint = await modelEndpoint(
      (answer) => answer.text('A moment.').call('c1', 'save_note', { name: 'colour', text: 'green' }).end('tool_calls'),
      (answer) => answer.text('Saved.').end(),
      (answer) => answer.text('Green.').end(),
    )
    const manager = demoManager(agentAt(endpoint))
    const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
    const reply = await session.sendMessage('My colour is green.')

    expect(await session.context.get('note:colour')).toBe('green')
    expect(reply.messages.map(({ role, content }) => ({ role, content }))).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'A moment.' },
          { type: 'tool-call', callId: 'c1', name: 'save_note', input: { name: 'colour', text: 'green' } },
        ],
      },
      {
        role: 'tool',
        content: [{ type: 'tool-result', callId: 'c1', name: 'save_note', output: { saved: 'colour' } }],
      },
      { role: 'assistant', content: 'Saved.' },
    ])
    expect(reply.usage).toEqual({ inputTokens: 14, outputTokens: 6, totalTokens: 20 })

    await session.sendMessage('Which one?')
    expect(endpoint.requests[2]?.body.messages.slice(1, -1)).toEqual([
      { role: 'user', content: 'My colour is green.' },
      {
        role: 'assistant',
        content: 'A moment.',
        tool_calls: [
          {
            id: 'c1',
            type: 'function',
            function: { name: 'save_note', arguments: '{"name":"colour","text":"green"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"saved":"colour"}' },
      { role: 'assistant', content: 'Saved.' },
    ])
  })

  test('of the session are called by sess, and stand in the chat with the text before them', async () => {
    await using endpoint = await modelEndpoint(
      (answer) => answer.text('Let me ', 'look.').call('c1', 'clock', { zone: 'UTC' }).end('tool_calls'),
      (answer) => answer.text('It is noon.').end(),
      (answer) => answer.text('Noon.').end(),
    )
    const asked: unknown[] = []
    const tools: ToolProvider = {
      listTools: async () => [
        { name: 'clock', description: 'Tells the time', inputSchema: { type: 'object' }, readOnly: true },
      ],
      callTool: async (_, { callId, name, input }) => {
        asked.push({ callId, name, input })
        return { output: 'noon', isError: false }
      },
    }
    const agent = openAiAgent({ baseUrl: endpoint.baseUrl, apiKey, model: 'small', sessionTools: true })
    const session = await demoManager(agent, [], tools).for({ orgId: 'acme', userId: 'ada' }).createSession()
    const reply = await session.sendMessage('What time is it?')

    expect(asked).toEqual([{ callId: 'c1', name: 'clock', input: { zone: 'UTC' } }])
    expect(endpoint.requests[0]?.body.tools).toMatchObject([
      { function: { name: 'clock', description: 'Tells the time' } },
    ])
    const call = { id: 'c1', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }
    const exchange = [
      { role: 'assistant', content: 'Let me look.', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: 'noon' },
    ]
    expect(endpoint.requests[1]?.body.messages.slice(2)).toEqual(exchange)
    expect(reply.messages.map(({ role, content }) => ({ role, content }))).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'tool-call', callId: 'c1', name: 'clock', input: { zone: 'UTC' } },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', name: 'clock', output: 'noon' }] },
      { role: 'assistant', content: 'It is noon.' },
    ])
    expect(reply.usage).toEqual({ inputTokens: 14, outputTokens: 6, totalTokens: 20 })

    await session.sendMessage('Sure?')
    expect(endpoint.requests[2]?.body.messages.slice(2, 4)).toEqual(exchange)
  })

  test('of both kinds in one step are all answered', async () => {
    await using endpoint = await modelEndpoint(
      (answer) => answer.call('c1', 'save_note', { name: 'a', text: 'b' }).call('c2', 'clock', {}, 1).end('tool_calls'),
      (answer) => answer.text('Done.').end(),
    )
    const tools: ToolProvider = {
      listTools: async () => [{ name: 'clock', inputSchema: { type: 'object' }, readOnly: true }],
      callTool: async () => ({ output: 'late', isError: true }),
    }
    const agent = openAiAgent({
      baseUrl: endpoint.baseUrl,
      apiKey,
      model: 'small',
      tools: noteTools,
      sessionTools: true,
    })
    const session = await demoManager(agent, [], tools).for({ orgId: 'acme', userId: 'ada' }).createSession()
    const reply = await session.sendMessage('Both')
    expect(reply.text).toBe('Done.')
    const answered = endpoint.requests[1]?.body.messages.flatMap((message) => message.tool_call_id ?? [])
    expect(answered?.toSorted()).toEqual(['c1', 'c2'])
    expect(reply.messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool', 'assistant'])
  })

  test('a call with a wrong input is told to the model as an error', async () => {
    await using endpoint = await modelEndpoint(
      (answer) => answer.call('c1', 'save_note', { name: 7 }).end('tool_calls'),
      (answer) => answer.text('Sorry.').end(),
    )
    const chat = await chatWith(agentAt(endpoint))
    const reply = await chat.sendMessage('Save it')
    expect(reply.messages[1]).toMatchObject({ role: 'tool', content: [{ callId: 'c1', isError: true }] })
    expect(endpoint.requests[1]?.body.messages.at(-1)).toMatchObject({ role: 'tool', tool_call_id: 'c1' })
    expect(reply.text).toBe('Sorry.')
  })
})

describe('what goes wrong', () => {
  test('an abort closes the connection, and what was said is kept', async () => {
    await using endpoint = await modelEndpoint((answer) => void answer.text('One, ', 'two'))
    const chat = await chatWith(agentAt(endpoint))
    const stop = new AbortController()
    const work = async (): Promise<void> => {
      for await (const event of chat.streamMessage('Count', { signal: stop.signal }))
        if (event.type === 'text' && event.text === 'two') stop.abort()
    }
    expect(await failure(work())).toBe(stop.signal.reason)
    await endpoint.cut
    expect(await chat.lastReply()).toMatchObject({ content: 'One, two', interrupted: true })
  })

  test.each([
    ['the connection breaks', 'hangUp'],
    ['the stream ends too early', 'stop'],
  ] as const)('when %s, it is an error and not a short answer', async (_, ending) => {
    await using endpoint = await modelEndpoint(
      async (answer) => {
        answer.text('Half of')
        // The piece must have left before the connection does.
        await new Promise((resolve) => setTimeout(resolve, 50))
        answer[ending]()
      },
      (answer) => answer.text('All of it.').end(),
    )
    const chat = await chatWith(agentAt(endpoint))
    const error = await failure(chat.sendMessage('Tell'))
    expect(isSessError(error, 'AGENT_FAILED')).toBe(true)
    expect(explained(error)).toContain('the model endpoint did not finish its answer')
    expect(await chat.lastReply()).toMatchObject({ content: 'Half of', interrupted: true })
    expect((await chat.sendMessage('Again')).text).toBe('All of it.')
  })

  test('a refusal is told with its status and reason, without the key', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.refuse(401, `Incorrect API key: ${apiKey}`))
    const chat = await chatWith(agentAt(endpoint))
    const error = await failure(chat.sendMessage('Hello'))
    expect(explained(error)).toBe('AGENT_FAILED: the model endpoint answered 401: Incorrect API key: [key]')
    expect(JSON.stringify([error, (error as Error).cause], Object.getOwnPropertyNames(error))).not.toContain(apiKey)
    expect(endpoint.requests).toHaveLength(1)
  })

  test('an endpoint that is not there is told in one line', async () => {
    const gone = await modelEndpoint()
    await gone[Symbol.asyncDispose]()
    const chat = await chatWith(agentAt(gone))
    expect(explained(await failure(chat.sendMessage('Hello')))).toMatch(
      /^AGENT_FAILED: the model endpoint can't be reached: .+$/,
    )
  }, 15_000)
})
