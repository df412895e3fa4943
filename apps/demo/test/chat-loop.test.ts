import { PassThrough } from 'node:stream'
import { type Agent, messageText } from '@sess/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runChatLoop } from '../src/chat-loop.ts'
import { screenOn } from '../src/screen.ts'

const ctrlC = '\u0003'
const ctrlD = '\u0004'

/** Counts for ever, until it is stopped; answers "last" with what it was asked before. */
const counting: Agent = async function* (turn, { signal }) {
  if (messageText(turn.message) === 'last') {
    const before = turn.messages.at(-2)
    yield `before: ${before === undefined ? 'nothing' : messageText(before)} (${before?.interrupted === true ? 'cut' : 'whole'})`
    return
  }
  for (let count = 1; !signal.aborted; count++) {
    yield `${count} `
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A loop with somebody at the keys. */
function typist(agent: Agent = async (turn) => `you said ${messageText(turn.message)}`): {
  readonly shown: () => string
  readonly until: (text: string) => Promise<void>
  readonly type: (keys: string) => void
  readonly end: Promise<void>
} {
  const input = new PassThrough()
  const output = new PassThrough()
  let shown = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const end = runChatLoop(agent, { input, output, screen: screenOn(output, false), terminal: true })
  onTestFinished(() => void input.end())
  let from = 0
  const until = async (text: string): Promise<void> => {
    await expect.poll(() => shown.indexOf(text, from), { timeout: 5_000, interval: 2 }).toBeGreaterThan(-1)
    from = shown.indexOf(text, from) + text.length
  }
  return { shown: () => shown, until, type: (keys) => void input.write(keys), end }
}

describe('a person at the keys', () => {
  test('talks, line by line', async () => {
    const { until, type, end } = typist()
    await until('General › ')
    type('hello\r')
    await until('‹ you said hello')
    await until('General › ')
    type('/quit\r')
    await until('Goodbye.')
    await end
  })

  test('may type ahead', async () => {
    const { until, type } = typist()
    type('one\rtwo\r\r/quit\r')
    await until('you said one')
    await until('you said two')
    await until('Goodbye.')
  })

  test('stops an answer with Ctrl-C, and the chat goes on', async () => {
    const { until, type, end } = typist(counting)
    await until('General › ')
    type('count\r')
    await until('3 ')
    type(ctrlC)
    await until('Stopped. What was said is kept.')
    await until('General › ')
    type('last\r')
    await until('before: 1 2 3')
    await until('(cut)')
    type('/quit\r')
    await end
  })

  test.each([
    ['Ctrl-C', ctrlC],
    ['Ctrl-D', ctrlD],
  ])('leaves with %s at the prompt', async (_, key) => {
    const { until, type, end } = typist()
    await until('General › ')
    type(key)
    await until('Goodbye.')
    await end
  })

  test('may close the input during an answer: it is finished first', async () => {
    const { shown, until, type, end } = typist(async function* () {
      yield 'slowly '
      await new Promise((resolve) => setTimeout(resolve, 50))
      yield 'but surely'
    })
    await until('General › ')
    type('go\r')
    await until('slowly')
    type(ctrlD)
    const before = shown().match(/General › /g)?.length ?? 0
    await until('but surely')
    await until('Goodbye.')
    await end
    expect(shown().match(/General › /g)).toHaveLength(before)
  })
})

describe('commands', () => {
  test('/help lists them all', async () => {
    const { until, type } = typist()
    type('/help\r')
    for (const command of ['/new', '/switch', '/chats', '/stats', '/pause', '/help', '/quit'])
      await until(`  ${command}`)
  })

  test('/pause blocks the chat and /resume frees it', async () => {
    const { until, type } = typist()
    type('/pause\rhello\r/resume\rhello\r')
    await until('Session paused')
    await until('SESSION_PAUSED: ')
    await until('Session resumed')
    await until('you said hello')
  })

  test('/new says when there are too many chats', async () => {
    const { until, type } = typist()
    type('/new\r'.repeat(9))
    await until('Chat 3 begins')
    await until('Chat 10 begins')
    await until('CHAT_LIMIT_REACHED: ')
  })

  test.each([
    ['/switch 9', 'There is no such chat'],
    ['/switch', 'There is no such chat'],
    ['/dance', 'There is no /dance; /help lists what there is.'],
    ['/constructor', 'There is no /constructor'],
  ])('%j is told what is wrong, and the chat goes on', async (line, told) => {
    const { until, type } = typist()
    type(`${line}\rhello\r`)
    await until(told)
    await until('you said hello')
  })

  test('an agent that fails is told of, and the chat goes on', async () => {
    const { until, type } = typist(async (turn) => {
      if (messageText(turn.message) === 'fail') throw new Error('the model is tired')
      return 'well'
    })
    type('fail\rgo\r')
    await until('AGENT_FAILED: the model is tired')
    await until('‹ well')
  })
})
