import {
  type Agent,
  type Chat,
  SessError,
  type StreamEvent,
  type ToolCall,
  type ToolProvider,
  type Turn,
  type TurnTools,
} from '@sess/core'
import { expect, test } from 'vitest'
import { codeOf, errorOf } from './failures.ts'
import { ada, newChat, twoManagers } from './managers.ts'
import { newGate, soon, until } from './waiting.ts'

/** A provider that runs what the test gives it, and notes what it was asked. */
function toolsThat(
  run: (call: ToolCall, signal: AbortSignal | undefined) => Promise<unknown>,
): ToolProvider & { readonly calls: ToolCall[] } {
  const calls: ToolCall[] = []
  return {
    calls,
    listTools: async () => [{ name: 'add', inputSchema: { type: 'object' }, readOnly: true }],
    async callTool(_, call, options) {
      calls.push(call)
      return { output: (await run(call, options?.signal)) as never, isError: false }
    },
  }
}

const answering = (): ReturnType<typeof toolsThat> => toolsThat(async ({ input }) => ({ got: input }))

async function contents(chat: Chat): Promise<readonly unknown[]> {
  return (await chat.getMessages()).map(({ role, content, interrupted }) => {
    return interrupted ? [role, content, 'interrupted'] : [role, content]
  })
}

test('what a provider wants to see again is kept with the call, and the tool is not told of it', async () => {
  const tools = answering()
  const { chat } = await newChat({
    tools,
    agent: async (turn: Turn) => {
      await turn.tools.call('add', {}, { callId: 'c1', metadata: { signature: 'abc' } })
      await turn.tools.callAll([{ name: 'add', callId: 'c2', metadata: { signature: 'def' } }, { name: 'add' }])
      return 'done'
    },
  })
  await chat.sendMessage('Hi')
  const calls = (await chat.getMessages()).flatMap(({ content }) => {
    return typeof content === 'string' ? [] : content.filter(({ type }) => type === 'tool-call')
  })
  expect(calls.map((part) => 'metadata' in part && part.metadata)).toEqual([
    { signature: 'abc' },
    { signature: 'def' },
    false,
  ])
  expect(tools.calls[0]).toEqual({ callId: 'c1', name: 'add', input: {} })
})

test('a call and its result are messages of the chat, with the text before the call in the message of the call', async () => {
  const tools = answering()
  const { chat } = await newChat({
    tools,
    agent: async function* (turn: Turn) {
      yield 'Let me see. '
      const result = await turn.tools.call('add', { a: 1 }, { callId: 'c1' })
      yield `It is ${JSON.stringify(result.output)}`
    },
  })

  const reply = await chat.sendMessage('How much?')

  expect(reply.text).toBe('It is {"got":{"a":1}}')
  expect(tools.calls).toEqual([{ callId: 'c1', name: 'add', input: { a: 1 } }])
  const call = { type: 'tool-call', callId: 'c1', name: 'add', input: { a: 1 } }
  const result = { type: 'tool-result', callId: 'c1', name: 'add', output: { got: { a: 1 } } }
  expect(await contents(chat)).toEqual([
    ['user', 'How much?'],
    ['assistant', [{ type: 'text', text: 'Let me see. ' }, call]],
    ['tool', [result]],
    ['assistant', 'It is {"got":{"a":1}}'],
  ])
})

test('an agent that is a plain function has tools too', async () => {
  const agent = async (turn: Turn): Promise<string> => {
    const [tool] = await turn.tools.list()
    const { output } = await turn.tools.call(tool?.name ?? '')
    return JSON.stringify(output)
  }
  const { chat } = await newChat({ tools: answering(), agent })
  expect((await chat.sendMessage('Hi')).text).toBe('{"got":{}}')
})

test('a call is in the store, and told of, before the tool runs', async () => {
  const gate = newGate()
  let before: readonly unknown[] = []
  const tools = toolsThat(async () => {
    before = await contents(chat)
    await gate.opened
    return 1
  })
  const agent = async ({ tools }: Turn): Promise<string> => `${(await tools.call('slow')).output}`
  const { chat } = await newChat({ tools, agent })

  const events: StreamEvent[] = []
  const told = (async () => {
    for await (const event of chat.streamMessage('Hi')) events.push(event)
  })()
  await until(() => events.some(({ type }) => type === 'message'))
  expect(events.map(({ type }) => type)).toEqual(['turn-started', 'message'])
  expect(before).toHaveLength(2)
  gate.open()
  await told
  expect(events.map(({ type }) => type)).toEqual(['turn-started', 'message', 'message', 'text', 'message', 'done'])
})

test('several calls at once are one message, and their results another, in the order of the calls', async () => {
  const first = newGate()
  const tools = toolsThat(async ({ name }) => {
    if (name === 'a') await first.opened
    else first.open()
    return name
  })
  const agent = async (turn: Turn): Promise<string> => {
    const results = await turn.tools.callAll([{ name: 'a' }, { name: 'b' }])
    return results.map(({ output }) => output).join()
  }
  const { chat } = await newChat({ tools, agent })

  expect((await chat.sendMessage('Hi')).text).toBe('a,b')
  const [, calls, results] = await chat.getMessages()
  expect(calls?.content).toMatchObject([{ name: 'a' }, { name: 'b' }])
  expect(results?.content).toMatchObject([{ output: 'a' }, { output: 'b' }])
})

test('text that comes while a tool runs stays behind its result', async () => {
  const gate = newGate()
  const tools = toolsThat(async () => await gate.opened.then(() => 1))
  const { chat } = await newChat({
    tools,
    agent: async function* (turn: Turn) {
      const result = turn.tools.call('slow')
      yield 'Meanwhile: '
      gate.open()
      yield `${(await result).output}`
    },
  })
  await chat.sendMessage('Hi')
  expect((await chat.getMessages()).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
})

test('a tool that fails is a result that says so, with the code and nothing else of a foreign error', async () => {
  const errors = [
    new SessError('MCP_OUTCOME_UNKNOWN', 'sent, and not answered', { server: 's' }),
    new Error('password=hunter2'),
  ]
  const tools = toolsThat(async ({ name }) => {
    throw errors[Number(name)]
  })
  const agent = async ({ tools }: Turn): Promise<string> =>
    JSON.stringify([await tools.call('0', {}, { callId: 'a' }), await tools.call('1', {}, { callId: 'b' })])
  const { chat } = await newChat({ tools, agent })

  const [known, foreign] = JSON.parse((await chat.sendMessage('Hi')).text)
  expect(known).toMatchObject({
    isError: true,
    output: { error: 'sent, and not answered', code: 'MCP_OUTCOME_UNKNOWN' },
  })
  expect(foreign).toMatchObject({ isError: true, output: { error: 'The tool failed; its outcome is unknown.' } })
  expect(JSON.stringify(await chat.getMessages())).not.toContain('hunter2')
})

test('a result that is too large to be kept is replaced by one that says so', async () => {
  const tools = toolsThat(async () => 'x'.repeat(3_000))
  const agent = async ({ tools }: Turn): Promise<string> => `${(await tools.call('a')).isError}`
  const { chat } = await newChat({ tools, agent, limits: { bytesPerMessage: 1_000 } })
  expect((await chat.sendMessage('Hi')).text).toBe('true')
  expect((await chat.getMessages())[2]?.content).toMatchObject([{ isError: true, output: { code: 'TOO_LARGE' } }])
})

test('a call whose input is too large is refused, the tool is not called, and the turn goes on', async () => {
  const tools = answering()
  const agent = async (turn: Turn): Promise<string> =>
    `${await codeOf(turn.tools.call('a', { text: 'x'.repeat(3_000) }))}`
  const { chat } = await newChat({ tools, agent, limits: { bytesPerMessage: 1_000 } })
  expect((await chat.sendMessage('Hi')).text).toBe('TOO_LARGE')
  expect(tools.calls).toEqual([])
})

test('stopping a turn reaches the tool, and the call is closed', async () => {
  let aborted: unknown
  const running = newGate()
  const tools = toolsThat(async (_, signal) => {
    running.open()
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
    aborted = signal?.reason
  })
  const agent = async ({ tools }: Turn): Promise<string> => `${(await tools.call('slow')).output}`
  const { chat } = await newChat({ tools, agent })
  const stop = new AbortController()

  const sending = chat.sendMessage('Hi', { signal: stop.signal })
  await running.opened
  stop.abort(new Error('enough'))

  await expect(sending).rejects.toThrow('enough')
  await until(() => aborted !== undefined)
  expect(aborted).toMatchObject({ code: 'TURN_INTERRUPTED' })
  expect((await chat.getMessages())[2]?.content).toMatchObject([
    { type: 'tool-result', synthetic: true, isError: true },
  ])
})

test('a consumer that leaves during a call ends the turn, and the call is closed', async () => {
  const tools = toolsThat(async (_, signal) => {
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
  })
  const agent = async ({ tools }: Turn): Promise<string> => `${(await tools.call('slow')).output}`
  const { chat } = await newChat({ tools, agent })
  for await (const event of chat.streamMessage('Hi')) if (event.type === 'message') break
  expect((await chat.getMessages())[2]?.content).toMatchObject([{ type: 'tool-result', synthetic: true }])
})

test('a call that nobody waited for is stopped with the turn, and tools cannot be used after it', async () => {
  let kept: TurnTools | undefined
  let aborted = false
  const started = newGate()
  const tools = toolsThat(async (_, signal) => {
    signal?.addEventListener('abort', () => {
      aborted = true
    })
    started.open()
    await new Promise(() => {})
  })
  const agent: Agent = async ({ tools }) => {
    kept = tools
    tools.call('slow').catch(() => {})
    await started.opened
    return 'done'
  }
  const { chat } = await newChat({ tools, agent })
  expect((await soon(chat.sendMessage('Hi'))).text).toBe('done')
  expect(aborted).toBe(true)
  expect(await codeOf((kept as TurnTools).call('more'))).toBe('TURN_INTERRUPTED')
  expect(await codeOf((kept as TurnTools).list())).toBe('TURN_INTERRUPTED')
})

test('a turn that lost its chat writes no result, and its tools stop', async () => {
  const running = newGate()
  const goOn = newGate()
  const tools = toolsThat(async () => {
    running.open()
    await goOn.opened
    return 1
  })
  const [slow, fast] = twoManagers(
    {
      tools,
      turns: { leaseMs: 1_000, renewMs: 500 },
      agent: async ({ tools }) => `${(await tools.call('a')).output}`,
    },
    { agent: async () => 'mine now' },
  )
  const mine = await slow.for(ada).createSession()
  const chat = await mine.createChat()
  const sending = errorOf(chat.sendMessage('Hi'))
  await running.opened
  const theirs = await (await fast.for(ada).getSession(mine.id)).getChat(chat.id)
  await theirs.sendMessage('Now', { whenBusy: 'interrupt' })
  goOn.open()

  expect(['TURN_LOST', 'TURN_INTERRUPTED']).toContain((await sending).code)
  const texts = await contents(chat)
  expect(texts.at(-1)).toEqual(['assistant', 'mine now'])
  expect(texts.filter((text) => JSON.stringify(text).includes('"output":1'))).toEqual([])
})

test('a call that was lost with its process is closed with an unknown outcome when the chat is next used', async () => {
  const [crashing, next] = twoManagers({}, { agent: async (turn) => JSON.stringify(turn.messages.at(-2)?.content) })
  const session = await crashing.for(ada).createSession()
  const chat = await session.createChat()
  // What a killed process leaves: the user's message and the call, and nothing after it.
  await chat.addMessages([
    'Hi',
    { role: 'assistant', content: [{ type: 'tool-call', callId: 'c1', name: 'pay', input: {} }] },
  ])
  const reply = await (await (await next.for(ada).getSession(session.id)).getChat(chat.id)).sendMessage('Again')
  expect(JSON.parse(reply.text)).toMatchObject([
    {
      type: 'tool-result',
      callId: 'c1',
      isError: true,
      synthetic: true,
      output: { error: expect.stringContaining('unknown') },
    },
  ])
})

test('without a provider there are no tools, and a call says that there is none', async () => {
  const { chat } = await newChat({
    agent: async ({ tools }) => `${(await tools.list()).length} ${await codeOf(tools.call('a'))}`,
  })
  expect((await chat.sendMessage('Hi')).text).toBe('0 UNSUPPORTED')
})

test('calls of one message need different ids', async () => {
  const agent = async ({ tools }: Turn): Promise<string> =>
    `${await codeOf(
      tools.callAll([
        { name: 'a', callId: 'x' },
        { name: 'b', callId: 'x' },
      ]),
    )}`
  const { chat } = await newChat({ agent, tools: answering() })
  expect((await chat.sendMessage('Hi')).text).toBe('INVALID_ARGUMENT')
})

test('what is no provider is refused by name', async () => {
  await expect(newChat({ tools: {} as ToolProvider })).rejects.toMatchObject({ details: { field: 'options.tools' } })
})
