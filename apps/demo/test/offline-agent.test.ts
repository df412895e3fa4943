import type { AgentEvent, Message } from '@sess/core'
import { describe, expect, test } from 'vitest'
import { answerTo, offlineAgent } from '../src/offline-agent/offline-agent.ts'

/** What the agent answers to the last text, when the others came before. */
function talk(texts: readonly string[], systemPrompt = ''): string {
  const earlier: { readonly role: 'user' | 'assistant'; readonly text: string }[] = []
  let answer = ''
  for (const text of texts) {
    answer = answerTo({ systemPrompt, earlier, text })
    earlier.push({ role: 'user', text }, { role: 'assistant', text: answer })
  }
  return answer
}

const reviewer = 'You are a senior developer who reviews code.'

describe('recall', () => {
  test.each([
    [['My name is Ada.', 'What is my name?'], 'Your name is Ada.'],
    [["Hi, I'm Grace.", "What's my name?"], 'Your name is Grace.'],
    [['Call me Joan', 'who am I?'], 'Your name is Joan.'],
    [['The deadline is Friday', 'When is the deadline?'], 'The deadline is Friday.'],
    [['We use MySQL 8 for the shop.', 'What do we use for the shop?'], 'You use MySQL 8 for the shop.'],
    [['I live in Bern.', 'Do you remember where I live?'], 'You live in Bern.'],
    [['The meeting starts at 9.', 'When does the meeting start?'], 'The meeting starts at 9.'],
    [['Berlin is the capital of Germany.', 'What is the capital of Germany?'], 'Berlin is the capital of Germany.'],
    [
      ['Please remember that the wifi password is swordfish.', "What's the wifi password?"],
      'The wifi password is swordfish.',
    ],
  ])('%j is answered from what was said', (texts, answer) => {
    expect(talk(texts)).toBe(answer)
  })

  test.each([
    ['No one came.', 'Noted: No one came.'],
    ['When we met, it rained.', 'Noted: When you met, it rained.'],
    ['Hello', 'Hello! What can I do for you?'],
    ['Ok', 'All right.'],
  ])('%j is a statement or nothing of the kind', (text, answer) => {
    expect(talk([text])).toBe(answer)
  })

  test('the newest word counts', () => {
    expect(talk(['The deadline is Friday.', 'No, the deadline is Monday.', 'When is the deadline?'])).toBe(
      'The deadline is Monday.',
    )
  })

  test('what was never told is not known', () => {
    expect(talk(['I like tea.', 'What is my name?'])).toBe('You have not told me your name in this chat.')
    expect(talk(['I like tea.', 'What is the capital of France?'])).toContain('not come up')
  })

  test("somebody else's name is not the user's", () => {
    expect(talk(["My dog's name is Rex.", 'Her name is Eve.', 'What is my name?'])).toContain('not told me your name')
    expect(talk(['My name is Ada.', "My dog's name is Rex.", 'What is my name?'])).toBe('Your name is Ada.')
    expect(talk(['My name is Ada.', 'Her name is Eve.', 'What is her name?'])).toBe('Her name is Eve.')
  })

  test('one message may tell and ask', () => {
    expect(talk(['My cat is called Tom. What is my cat called?'])).toBe('Your cat is called Tom.')
  })
})

describe('about the chat', () => {
  test('it counts messages, questions and words', () => {
    expect(talk(['One.', 'Two.', 'How many messages are there?'])).toContain(
      '5 messages in this chat up to now: 3 of yours',
    )
    expect(talk(['Is it late?', 'Please count my questions'])).toContain('asked 1 question ')
    expect(talk(['a b c', 'How many words did I write?'])).toContain('9 of them yours')
  })

  test('a summary lists what the user said, in order', () => {
    const summary = talk([
      'The deadline is Friday.',
      'We have 3 testers; our budget is 500 euros.',
      'Summarise, please.',
    ])
    expect(summary).toBe('So far:\n1. The deadline is Friday.\n2. You have 3 testers.\n3. Your budget is 500 euros.')
  })

  test('there may be nothing to summarise', () => {
    expect(talk(['Can you remember what we talked about?'])).toContain('nothing to summarise yet')
  })

  test('it quotes either side', () => {
    expect(talk(['The sky is blue.', 'I like tea.', 'What was my first message?'])).toBe('You said: “The sky is blue.”')
    expect(talk(['The sky is blue.', 'I like tea.', 'What did I say about the sky?'])).toBe(
      'You said: “The sky is blue.”',
    )
    expect(talk(['I like tea.', 'What did you just say?'])).toBe('I said: “Noted: you like tea.”')
    expect(talk(['I like tea.', 'What did I say about coffee?'])).toBe('You said nothing about coffee in this chat.')
    expect(talk(['Repeat after me: well done'])).toBe('well done')
  })
})

describe('code review', () => {
  test.each([
    ['if (a == b) run()', 'line 1, `if (a == b) run()`: compares loosely'],
    ['function f(x: any) {}', '`any`'],
    ['```ts\nconst ok = 1\n// TODO: later\n```', 'line 2'],
    ['async function save() {}\nsave()', 'line 2, `save()`: does not wait'],
    ['```\ntry { go() } catch {}\n```', 'swallows the error'],
    [`db.query("select * from t where id = '" + id)`, 'builds SQL'],
    ['const apiKey = "abc"', 'secret'],
  ])('%j is found fault with', (code, advice) => {
    expect(talk([code], reviewer)).toContain(advice)
  })

  test.each([
    'const same = a === b && c !== d && e >= f',
    'const text = "a == b"',
    '```ts\nasync function f() {\n  return await fetch(url)\n}\n```',
  ])('%j is left alone', (code) => {
    expect(talk([code], reviewer)).toContain('found nothing I would change')
  })

  test('another chat reviews only if it is asked to', () => {
    expect(talk(['```\nif (a == b) run()\n```'])).toBe('I see the code. Ask me to review it.')
    expect(talk(['Can you check this?\n```\nif (a == b) run()\n```'])).toContain('compares loosely')
  })

  test('a review without code asks for it', () => {
    expect(talk(['Please review this TypeScript function...'], reviewer)).toContain('Send me the code')
  })
})

describe('the rest', () => {
  test('it says of itself what the system prompt says', () => {
    const prompt = 'You are a careful assistant.\n\nYou work for Globex, an airline.'
    expect(talk(['Whom do you work for?'], prompt)).toBe('I work for Globex, an airline.')
    expect(talk(['Who are you?'], prompt)).toContain('I am a careful assistant. I work for Globex, an airline.')
  })

  test('it greets by name', () => {
    expect(talk(['Hello!'])).toBe('Hello! What can I do for you?')
    expect(talk(['My name is Ada.', 'Good morning'])).toContain('Hello, Ada!')
    expect(talk(['Thanks!'])).toBe("You're welcome.")
  })

  test('it does not pretend to do what needs a model', () => {
    expect(talk(['Tell me a joke'])).toContain("can't do that without a model")
  })

  test('any text gets an answer', () => {
    for (const text of ['?', '…', '```', '🙂', 'ok', '/', 'a'.repeat(5_000), '{{}}', '\u0000'])
      expect(talk([text])).not.toBe('')
  })
})

describe('streaming', () => {
  const message: Message = { id: 'm', seq: 1, createdAt: 0, role: 'user', content: 'My name is Ada.' }
  const turn = { systemPrompt: '', messages: [message], message, settings: { wordDelayMs: 1 } }

  test('the answer comes word by word, with the words counted', async () => {
    const events: AgentEvent[] = []
    for await (const event of offlineAgent(turn, { signal: new AbortController().signal })) events.push(event)
    expect(events).toEqual([
      ...['Noted:', ' your', ' name', ' is', ' Ada.'],
      { type: 'usage', usage: { inputTokens: 4, outputTokens: 5, totalTokens: 9 } },
    ])
  })

  test('it stops when the signal aborts', async () => {
    const stop = new AbortController()
    const events: AgentEvent[] = []
    const work = async (): Promise<void> => {
      for await (const event of offlineAgent(turn, { signal: stop.signal })) {
        events.push(event)
        stop.abort()
      }
    }
    await expect(work()).rejects.toThrow('aborted')
    expect(events).toEqual(['Noted:'])
  })
})
