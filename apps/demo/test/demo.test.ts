import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtDemo, type Run, run } from './built-demo.ts'
import { modelEndpoint } from './model-endpoint.ts'

let demo = ''

beforeAll(async () => {
  demo = await builtDemo('demo-test')
}, 60_000)

/** Runs the demo in a process of its own. */
async function play(args: readonly string[] = [], options: Parameters<typeof run>[1] = {}): Promise<Run> {
  return await run([process.execPath, demo, ...args], options)
}

describe('the tour, without a terminal', () => {
  let tour: Run = { code: null, stdout: '', stderr: '' }
  let durationMs = 0

  beforeAll(async () => {
    const startedAt = performance.now()
    tour = await play()
    durationMs = performance.now() - startedAt
  }, 30_000)

  test('it ends well, quickly and without colours', () => {
    expect(tour).toMatchObject({ code: 0, stderr: '' })
    expect(durationMs).toBeLessThan(20_000)
    expect(tour.stdout).not.toContain('\u001B')
  })

  test.each([
    ['sessions are created', 'Session created: My Work Session, for ada of acme'],
    ['with tags and metadata', 'tags work, productivity; metadata {"userAgent":"Browser/1.0"}'],
    ['each organisation has its own prompt', /org: You work for Acme[\s\S]*org: You work for Globex/],
    ['a user has a part too, with its variable', 'The user is an engineer who reads English and French.'],
    ['there are two chats', /First chat created: General Chat[\s\S]*Second chat created: Code Review/],
    ['one switches between them', 'Switched to first chat'],
    ['the agent answers by its prompt', /Whom do you work for\?\n {2}‹ I work for Acme/],
    ['answers stream', /came as a stream of (?!0 |1 )\d+ pieces/],
    ['the second chat reviews code', /would change these 4 things:[\s\S]*`===`[\s\S]*`await`/],
    ['the second chat knows nothing of the first', /‹ You have not told me your name in this chat\./],
    ['the first chat remembers', /‹ Your name is Ada, and the release is on Friday\./],
    ['it summarises', /‹ So far:\n {4}1\. Your name is Ada/],
    ['a foreign session is not found', "Ben opens Ada's session: SESSION_NOT_FOUND"],
    ['nor is one that never was', 'Ben opens one that never was: SESSION_NOT_FOUND'],
    ['Ben is told nothing of Ada', /ben › When is the release\?\n {2}‹ That has not come up/],
    ['sessions per user are limited', 'A fourth session: SESSION_LIMIT_REACHED'],
    ['chats per session are limited', 'A fourth chat, where 3 are allowed: CHAT_LIMIT_REACHED'],
    ['messages per chat are limited', 'A third message, where 2 are allowed: MESSAGE_LIMIT_REACHED'],
    ['or the oldest go', 'it holds two, three'],
    ['a pause blocks sending', /Session paused\n.*Sending a message: SESSION_PAUSED/],
    ['and reading goes on', /its 8 messages can still be read/],
    ['a resume ends it', /Session resumed\n.*\n {2}‹ There are 9 messages/],
    [
      'an aborted answer is kept and marked',
      /aborted after 6 pieces\. What was said is kept, and marked as interrupted/,
    ],
    ['a busy chat can refuse', "whenBusy: 'reject': TURN_IN_PROGRESS"],
    ['or queue', /queued, is answered after the first one:\n {4}The budget is 5,000 euros\./],
    ['a message can be said differently', /Rewound[\s\S]*What is the budget\?\n {2}‹ The budget is 7,500 euros\./],
    ['context values are kept', 'cart = {"items":["spade","rake"],"total":48}, step = "checkout"'],
    ['a session is exported and imported', /Exported and imported.*: 2 chats, \d+ messages\n.*7,500 euros/],
    ['a session has a folder', "Written into the session's folder: notes/plan.md, 16 bytes"],
    ['nothing leads out of it', 'Reading above the folder: WORKSPACE_PATH_INVALID'],
    ['it goes with the session', 'Session deleted, and its folder with it'],
    ['servers are connected', /Servers connected: files \(ready\), everything \(ready\), with \d+ tools/],
    ['the agent writes a file with a tool', /todo\.md\n {2}‹ I have written it to todo\.md\./],
    ['and finds it again', /List my files\n {2}‹ Your folder has:\n {4}- todo\.md/],
    ['another server adds', /19 plus 23\?\n {2}‹ The sum of 19 and 23 is 42\./],
    ['calls are audited', 'files__write_file: ok, files__list_directory: ok, everything__get-sum: ok'],
    ['no other program is started', 'A program that is not allowed: MCP_POLICY_DENIED'],
    ['servers end with the session', 'Session deleted, and its servers ended'],
    ['the time to live is extended', 'Extended: it has 400 ms from now'],
    ['a session expires', 'Sending after that: SESSION_EXPIRED'],
    ['the sweep removes it', /The sweep removed 1 expired session\n.*Opening it: SESSION_NOT_FOUND/],
    [
      'a chat has statistics',
      /Chat statistics: General Chat\n +Messages +20\n +Turns completed +10\n +Average response time +\d+ ms/,
    ],
    [
      'a session has statistics',
      /Session statistics: My Work Session\n +Status +active\n +Chat count +2\n +Total messages +24/,
    ],
    ['a user has a report', /User report: ada of acme\n +Sessions +1\n +Chats +2\n +Messages +24/],
    [
      'the system has statistics',
      /System statistics\n +Sessions +2 \(2 active\)\n +Users +2\n +Chats +3\n +Messages +26/,
    ],
    ['the health is told', 'Health: ok, 0 turns running'],
    ['listeners hear of it', /Events heard: 7 × session-created, .*1 × session-expired/],
    ['all is closed', 'Session manager cleanup completed'],
  ])('%s', (_, shown) => {
    if (typeof shown === 'string') expect(tour.stdout).toContain(shown)
    else expect(tour.stdout).toMatch(shown)
  })

  test('sessions out of reach all answer alike', () => {
    const told = tour.stdout.match(/SESSION_NOT_FOUND, “.*”/g) ?? []
    expect(told).toHaveLength(3)
    expect(new Set(told).size).toBe(1)
  })
})

describe('the command line', () => {
  test.each([
    [['--tour', '--web'], '--web, --tour and --chat exclude each other'],
    [['--tour', '--store', 'redis'], '--port, --store, --data and --no-open are for the web app'],
    [['--store', 'sqlite'], '--store must be memory, redis or mysql'],
    [['--port', '70000'], '--port must be a number up to 65535'],
  ])('%j is refused', async (args, reason) => {
    const { code, stderr } = await play(args)
    expect(code).toBe(2)
    expect(stderr).toContain(`demo: ${reason}; usage:`)
  })

  test('a store that can not be reached is told in one line', async () => {
    const environment = { SESSION_REDIS_URL: 'redis://127.0.0.1:1', SESSION_REDIS_TIMEOUT: '1s' }
    const { code, stderr } = await play(['--store', 'redis', '--no-open'], { env: environment })
    expect(code).toBe(1)
    expect(stderr.trim()).toMatch(/^demo: STORE_UNAVAILABLE: .*$/)
  }, 20_000)

  test('an unknown argument is told in one line', async () => {
    const { code, stdout, stderr } = await play(['--tuor'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^demo: unknown argument "--tuor"; usage: npm run demo .*\n$/)
  })

  test('both flags at once are refused', async () => {
    expect(await play(['--tour', '--chat'])).toMatchObject({ code: 2, stdout: '' })
  })

  test('--help says how it is called', async () => {
    expect(await play(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^usage: npm run demo .*\n$/),
    })
  })

  test('--chat takes lines from a pipe', async () => {
    const lines = [
      'My name is Ada.',
      '/new Plans',
      'What is my name?',
      '/switch 1',
      'What is my name?',
      '/chats',
      '/stats',
    ]
    const { code, stdout, stderr } = await play(['--chat'], { input: lines.join('\n') })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/Plans › What is my name\?\n {2}‹ You have not told me/)
    expect(stdout).toMatch(/General › What is my name\?\n {2}‹ Your name is Ada\./)
    expect(stdout).toMatch(/▸ 1 {2}General, 4 messages\n {4}2 {2}Code review, 0 messages\n {4}3 {2}Plans, 2 messages/)
    expect(stdout).toMatch(
      /This chat: 4 messages, 2 answers, \d+ ms on average\.\n {2}This session: 3 chats, 6 messages, active\./,
    )
    expect(stdout).toMatch(/Goodbye\.\n$/)
  })

  test('whoever reads along may stop', async () => {
    const { code, stderr } = await run([
      'sh',
      '-c',
      `"$0" "$1" | head -n 2 >/dev/null; test $? = 0`,
      process.execPath,
      demo,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }, 20_000)
})

describe('an endpoint from the environment', () => {
  const env = (baseUrl: string): Record<string, string> => ({
    OPENAI_BASE_URL: baseUrl,
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_MODEL: 'tiny',
  })

  test('plays the whole tour', async () => {
    await using endpoint = await modelEndpoint(async (answer) => {
      for (const word of ['I ', 'am ', 'a ', 'model ', 'and ', 'say ', 'the ', 'same.']) {
        answer.text(word)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      answer.end()
    })
    const { code, stdout, stderr } = await play([], { env: env(endpoint.baseUrl) })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/Agent: tiny at 127\.0\.0\.1:\d+\n/)
    expect(stdout).toContain('I am a model and say the same.')
    expect(endpoint.requests.length).toBeGreaterThan(10)
    expect(endpoint.requests.every(({ body }) => body.model === 'tiny' && body.tools === undefined)).toBe(true)
  }, 30_000)

  test('a failing one is told in one line, without the key', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.refuse(404, 'no model tiny for sk-test-key'))
    const { code, stdout, stderr } = await play(['--tour'], { env: env(endpoint.baseUrl) })
    expect(code).toBe(1)
    expect(stderr.trim()).toBe('demo: AGENT_FAILED: the model endpoint answered 404: no model tiny for [key]')
    expect(stdout).not.toContain('sk-test-key')
  })

  test('OPENAI_TOOLS=on gives the model the note tools and those of the servers', async () => {
    await using endpoint = await modelEndpoint((answer) => answer.text('Yes.').end())
    await play(['--chat'], { env: { ...env(endpoint.baseUrl), OPENAI_TOOLS: 'on' }, input: 'Hello\n' })
    const names = JSON.stringify(endpoint.requests[0]?.body.tools)
    for (const name of ['save_note', 'read_notes', 'files__write_file', 'everything__get-sum'])
      expect(names).toContain(`"${name}"`)
  })

  test('an address that is none is told', async () => {
    expect(await play([], { env: env('nowhere') })).toMatchObject({
      code: 2,
      stderr: 'demo: OPENAI_BASE_URL is no http(s) address\n',
    })
  })
})

// util-linux and BSD have `script`; where it is absent, chat-loop.test.ts drives the same loop through streams.
describe.runIf(existsSync('/usr/bin/script') && process.platform === 'linux')('in a terminal', () => {
  test('without a flag the web app starts, and Ctrl-C ends it', async () => {
    const { PATH = '', HOME = '' } = process.env
    // Without the shell in between, which would end by the signal itself.
    const command = `exec '${process.execPath}' '${demo}'`
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { PATH, HOME, TERM: 'xterm', CI: '1' } })
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
    })
    const url = (): string => /Open (http:\S+)/.exec(shown)?.[1] ?? ''
    await expect.poll(url, { timeout: 20_000 }).not.toBe('')
    const page = await fetch(url())
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    child.stdin.write('\u0003')
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    expect(shown).toContain('All is closed')
  }, 40_000)

  test('--chat talks, in colours', async () => {
    const command = `'${process.execPath}' '${demo}' --chat`
    const typed = 'My name is Ada.\rWhat is my name?\r/quit\r'
    const { code, stdout } = await run(['script', '-qec', command, '/dev/null'], { input: typed })
    expect(code).toBe(0)
    expect(stdout).toContain('\u001B[1mA chat of your own\u001B[22m')
    expect(stdout).toContain('Your name is Ada.')
    expect(stdout).toMatch(/Goodbye\.\r\n$/)
  }, 30_000)

  test('NO_COLOR is heeded', async () => {
    const command = `'${process.execPath}' '${demo}' --tour`
    const { stdout } = await run(['script', '-qec', command, '/dev/null'], { env: { NO_COLOR: '1' } })
    expect(stdout).toContain('Session manager cleanup completed')
    expect(stdout).not.toContain('\u001B[')
  }, 30_000)
})
