import { readFile, writeFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtDemo } from './built-demo.ts'
import { faintTexts } from './contrast.ts'
import { type DemoProcess, startDemo } from './demo-process.ts'
import { HttpClient } from './http-client.ts'
import { longExport } from './long-export.ts'
import { modelEndpoint } from './model-endpoint.ts'
import { openBrowser, type Visitor, visit } from './visitor.ts'

const found = await openBrowser()

describe.skipIf(found === null)('the page', () => {
  const browser = found as Browser
  let built = ''
  let demo: DemoProcess

  beforeAll(async () => {
    const environment = { SESSION_LIMITS_SESSIONS_PER_USER: '40' }
    built = await builtDemo('page-test')
    demo = await startDemo(built, [], environment)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  async function ada(session: string): Promise<Visitor> {
    const visitor = await visit(browser, demo.url)
    await visitor.begin(/Ada Lovelace/, session)
    return visitor
  }

  test('an answer streams, and its first token shows at once', async () => {
    const visitor = await ada('Streaming')
    const { page } = visitor
    await page.evaluate(() => {
      let sentAt = 0
      new MutationObserver(() => {
        if (sentAt === 0 || document.querySelector('[data-draft] p') === null) return
        performance.measure('first-token', { start: sentAt, end: performance.now() })
        sentAt = 0
      }).observe(document.body, { childList: true, subtree: true })
      document.addEventListener('keydown', ({ key }) => {
        if (key === 'Enter') sentAt = performance.now()
      })
    })
    await visitor.say('My name is Ada, and the release is on Friday.', 'your name is Ada')
    await visitor.say('What is my name?', 'Your name is Ada')
    await visitor.say('When is the release?', 'The release is on Friday')
    expect(await visitor.messages()).toHaveLength(6)
    const measured = await page.evaluate(() =>
      performance.getEntriesByName('first-token').map(({ duration }) => duration),
    )
    expect(measured).toHaveLength(3)
    process.stdout.write(
      `first token of the offline agent after ${measured.map((ms) => ms.toFixed(0)).join(', ')} ms\n`,
    )
  })

  test('an answer is stopped, and had again', async () => {
    const visitor = await ada('Stop')
    const { page } = visitor
    await chooseModel(visitor, 'Offline, calm')
    await visitor.type('Repeat: one two three four five six seven eight nine ten eleven twelve.')
    await page.locator('[data-draft]').getByText('one two').waitFor()
    await page.getByRole('button', { name: 'Stop the answer' }).click()
    await page.getByText('stopped here').waitFor()
    await page.getByText('Stopped. What was said until then is kept.').waitFor()
    await chooseModel(visitor, 'Offline, at once')
    await page.getByRole('button', { name: 'Answer again' }).click()
    await visitor.answer('eleven twelve.')
    expect(await visitor.messages()).toHaveLength(2)
  })

  test('a message is said differently: what came after it goes', async () => {
    const visitor = await ada('Rewind')
    const { page } = visitor
    await visitor.say('The budget is 5 euros.', 'budget is 5 euros')
    await visitor.say('What is the budget?', '5 euros')
    await page.getByRole('button', { name: 'Edit and send again' }).first().click()
    await page.getByLabel('The message, to be said differently').fill('The budget is 9 euros.')
    await page.getByRole('button', { name: 'Send again', exact: true }).click()
    await visitor.answer('budget is 9 euros')
    expect(await visitor.messages()).toHaveLength(2)
    await visitor.say('What is the budget?', '9 euros')
  })

  test('a message that is sent while an answer comes waits for its turn', async () => {
    const visitor = await ada('Queue')
    await chooseModel(visitor, 'Offline, calm')
    await visitor.type('Repeat: one two three four five six.')
    await visitor.page.locator('[data-draft]').getByText('one two').waitFor()
    await visitor.type('Repeat: seven.')
    await visitor.page.getByText('on its way…').waitFor()
    await visitor.answer('seven.')
    expect(await visitor.messages()).toEqual([
      'Repeat: one two three four five six.',
      'one two three four five six.',
      'Repeat: seven.',
      'seven.',
    ])
  })

  test('an answer survives a reload of the page', async () => {
    const visitor = await ada('Reload')
    const { page } = visitor
    await chooseModel(visitor, 'Offline, calm')
    await visitor.type('Repeat: one two three four five six seven eight nine ten eleven twelve.')
    await page.locator('[data-draft]').getByText('one two').waitFor()
    await page.reload()
    await page.locator('[data-draft]').getByText('one two three').waitFor()
    await visitor.answer('one two three four five six seven eight nine ten eleven twelve.')
    expect(await visitor.messages()).toHaveLength(2)
  })

  test('chats are tabs with a prompt of their own, by mouse and by keyboard', async () => {
    const visitor = await ada('Tabs')
    const { page } = visitor
    await visitor.say('My name is Ada.', 'your name is Ada')
    await page.getByRole('button', { name: 'New chat' }).click()
    await page.getByRole('button', { name: 'Code review' }).click()
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('tab', { name: 'Code review', selected: true }).waitFor()
    await visitor.say('What is my name?', 'You have not told me your name')
    await visitor.look('Prompt')
    await page.locator('[data-scope=chat]').getByText('senior developer').waitFor()
    expect(await page.locator('.layers li').count()).toBe(4)
    await page.getByRole('tab', { name: 'Code review' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('tab', { name: 'General', selected: true }).waitFor()
    await visitor.answer('your name is Ada')

    await page.getByRole('tab', { name: 'Code review' }).click()
    await page.getByRole('button', { name: 'Prompt and model of this chat' }).click()
    await page.getByRole('button', { name: 'Delete chat…' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await expect.poll(() => page.getByRole('tab', { name: 'Code review' }).count()).toBe(0)
  })

  test('tools are shown at work, files and servers beside the chat', async () => {
    const visitor = await ada('Tools')
    const { page } = visitor
    await visitor.say('Write "Water the roses" to todo.md', 'I have written it to todo.md')
    await page.locator('.tool[data-state=done]').getByText('write_file').click()
    await page.locator('.tool').getByText('Water the roses').first().waitFor()
    await visitor.look('Files')
    await page.getByRole('button', { name: 'todo.md', exact: true }).click()
    await page.getByRole('dialog').getByText('Water the roses').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove todo.md' }).click()
    await page.getByText('Empty. Say:').waitFor()

    await visitor.look('Tools')
    await expect.poll(() => page.locator('.servers [data-state=ready]').count()).toBe(2)
    await page.getByRole('button', { name: 'Connect, and list them' }).click()
    await page.getByText('files__write_file', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove the server everything' }).click()
    await expect.poll(() => page.locator('.servers li').count()).toBe(1)
    await visitor.say('What is 19 plus 23?', 'has not come up')
    await page.getByRole('button', { name: '+ everything' }).click()
    await expect.poll(() => page.locator('.servers li').count()).toBe(2)
    await visitor.say('What is 19 plus 23?', 'The sum of 19 and 23 is 42')

    await page.getByText('Add from JSON').click()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('The policy of this server does not allow that').waitFor()
    visitor.complaints.length = 0
  })

  test('context values are set, shown and removed', async () => {
    const visitor = await ada('Context')
    const { page } = visitor
    await page.getByLabel('Key', { exact: true }).fill('cart')
    await page.getByLabel('Value', { exact: true }).fill('{ "items": ["spade"] }')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText('{"items":["spade"]}').waitFor()
    await page.getByRole('button', { name: 'Remove cart' }).click()
    await page.getByText('No values yet.').waitFor()
  })

  test('a session is paused, resumed, renamed, archived, restored, closed and deleted', async () => {
    const visitor = await ada('States')
    const { page } = visitor
    const badge = page.locator('.session-header .badge')
    const isIn = async (state: string): Promise<void> => await expect.poll(() => badge.textContent()).toBe(state)
    await page.getByRole('button', { name: 'Pause' }).click()
    await isIn('paused')
    await page.getByText('The session is paused. Resume it to go on.').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await isIn('active')
    await visitor.choose('Rename…')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Renamed')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Renamed' }).waitFor()
    await visitor.choose('An hour from now')
    await expect.poll(() => page.locator('.session-header .time').textContent()).toMatch(/^(?:59 min|1 h) left$/)
    await visitor.choose('Archive')
    await isIn('archived')
    await page.getByRole('button', { name: 'Restore' }).click()
    await isIn('active')
    await visitor.look('Audit')
    await page.locator('.trail').getByText('session-restored').waitFor()
    await page.getByRole('button', { name: 'Verify the log' }).click()
    await page.getByText('records as they were written').waitFor()
    await visitor.choose('Close…')
    await page.getByRole('button', { name: 'Close it' }).click()
    await isIn('closed')
    await visitor.choose('Delete…')
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByText('“Renamed” is gone.').waitFor()
    expect(await page.locator('.session', { hasText: 'Renamed' }).count()).toBe(0)
  })

  test('a session is exported to a file, and imported from it', async () => {
    const visitor = await ada('Moving')
    const { page } = visitor
    await visitor.say('My name is Ada.', 'your name is Ada')
    const download = page.waitForEvent('download')
    await visitor.choose('Export')
    const file = await (await download).path()
    await page.getByLabel('Exported session').setInputFiles(file)
    await page.getByText('“Moving” was imported as a session of its own.').waitFor()
    await expect.poll(() => page.locator('.session', { hasText: 'Moving' }).count()).toBe(2)
    await visitor.say('What is my name?', 'Your name is Ada')

    const damaged = `${file}-damaged`
    await writeFile(damaged, (await readFile(file, 'utf8')).replace('My name is Ada', 'My name is Eve'))
    await page.getByLabel('Exported session').setInputFiles(damaged)
    await page.getByText('This is no whole export').waitFor()
    visitor.complaints.length = 0
  })

  test('the list is searched by name and state', async () => {
    const visitor = await ada('Apples and pears')
    const { page } = visitor
    await page.getByLabel('Search sessions').fill('pears act')
    await expect.poll(() => page.locator('.session').count()).toBe(1)
    await page.getByLabel('Search sessions').fill('no such fruit')
    await page.getByText('No session fits').waitFor()
  })

  test('figures and health are shown', async () => {
    const visitor = await ada('Figures')
    const { page } = visitor
    await visitor.say('My name is Ada.', 'your name is Ada')
    await visitor.look('Figures')
    await page.getByRole('img', { name: /^Messages over time, 1 s a bar: from \d+ to \d+ messages$/ }).waitFor()
    await page.getByRole('img', { name: /^The last 1 answers: from \d+ to \d+ ms$/ }).waitFor()
    await page.getByRole('img', { name: /\d+ active, \d+ paused, \d+ archived, \d+ closed/ }).waitFor()
    await page.getByText(/memory, answers in/).waitFor()
  })

  test('two users are apart, each in a browser of their own', async () => {
    const mine = await ada('Secret plan')
    await mine.say('The code word is azalea.', 'azalea')
    const ben = await visit(browser, demo.url, { mayComplain: true })
    await ben.begin(/Ben Okri/, 'Bens own')
    expect(await ben.page.locator('.session').allInnerTexts()).toHaveLength(1)
    await ben.say('What is the code word?', /not told me|not come up/)
    // The address of Ada's chat is of no use to him.
    await ben.page.goto(mine.page.url())
    await ben.page.reload()
    await ben.page.getByText('Hello, Ben.').waitFor()
    expect(await ben.page.content()).not.toContain('azalea')
  })

  test('hostile text stays text', async () => {
    const hostile = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`
    const visitor = await ada(`${hostile.slice(0, 60)}`)
    const { page } = visitor
    await visitor.type(`Repeat: ${hostile} \`\`\`html\n${hostile}\n\`\`\` javascript:alert(1) {{7*7}}`)
    await page.locator('.message[data-role=assistant]:not([data-draft])').waitFor()
    await page.getByLabel('Key', { exact: true }).fill(hostile)
    await page.getByLabel('Value', { exact: true }).fill(hostile)
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.locator('.pairs dt').getByText(hostile).waitFor()
    await page.getByRole('button', { name: 'New chat' }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(hostile.slice(0, 70))
    await page.getByRole('textbox', { name: /^Prompt/ }).fill(hostile)
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await visitor.look('Prompt')
    await page.locator('[data-scope=chat] p').getByText(hostile).waitFor()
    await visitor.look('Audit')
    expect(await page.evaluate(() => 'hit' in window)).toBe(false)
    expect(await page.locator('.main img, .main script, .panel img, .sidebar img').count()).toBe(0)
  })

  test('of a chat with 10,000 messages a window is loaded, wherever one scrolls', async () => {
    const client = new HttpClient(demo.url, 'ada')
    await client.ask('POST', '/sessions/import', await longExport('Ten thousand', 10_000))
    const visitor = await visit(browser, demo.url)
    const { page } = visitor
    await page.getByRole('button', { name: /Ada Lovelace/ }).click()
    const answers: number[] = []
    page.on('response', (response) => {
      if (response.url().includes('/messages')) answers.push(response.status())
    })
    await page.locator('.session', { hasText: 'Ten thousand' }).click()
    await page.getByText('message 10000').waitFor()
    // In the long form back to the first message.
    const pages = process.env.SESS_TEST_LONG === '1' ? 199 : 12
    const shown = async (): Promise<number> => await page.locator('.message').count()
    expect(await shown()).toBe(50)
    for (let turn = 0; turn < pages; turn++) {
      await page.locator('.messages').evaluate((box) => box.scrollTo({ top: 0 }))
      await expect.poll(() => answers.length).toBeGreaterThan(turn)
      expect(await shown()).toBeLessThanOrEqual(200)
    }
    const seqs = await page.locator('.message').evaluateAll((all) => all.map((each) => Number(each.dataset.seq)))
    expect(seqs[0]).toBeLessThanOrEqual(Math.max(1, 10_000 - 50 * pages))
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
    await page.getByRole('button', { name: '↓ Newest' }).click()
    await page.getByText('message 10000').waitFor()
    await visitor.say('How many messages are there?', 'messages in this chat')
  }, 240_000)

  test('a model that fails is told in words, and asked again', async () => {
    await using endpoint = await modelEndpoint(
      (answer) => answer.refuse(400, 'no such model'),
      (answer) => answer.text('Good ', 'morning.').end(),
    )
    const env = { OPENAI_BASE_URL: endpoint.baseUrl, OPENAI_API_KEY: 'sk-key', OPENAI_MODEL: 'tiny' }
    await using withModel = await startDemo(built, [], env)
    const visitor = await visit(browser, withModel.url)
    await visitor.begin(/Ben Okri/, 'Model')
    await visitor.type('Hello')
    await visitor.page.getByText('The agent failed: the model endpoint answered 400: no such model.').waitFor()
    await visitor.page.getByRole('button', { name: 'Answer again' }).click()
    await visitor.answer('Good morning.')
    expect(await visitor.messages()).toEqual(['Hello', 'Good morning.'])
  })

  test('on a phone both sides are drawers', async () => {
    const visitor = await visit(browser, demo.url, {
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true,
    })
    const { page } = visitor
    await page.getByRole('button', { name: /Grace Hopper/ }).tap()
    await page.getByRole('button', { name: 'Begin a session' }).tap()
    await page.getByRole('heading', { name: 'My first session' }).waitFor()
    await visitor.say('My name is Grace.', 'your name is Grace')
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(390)
    await page.getByRole('button', { name: 'What is inside' }).tap()
    await page.getByRole('tab', { name: 'Figures' }).tap()
    await page.getByText('Your sessions by state').waitFor()
    await page.getByRole('button', { name: 'Close the drawer' }).tap({ position: { x: 4, y: 400 } })
    await page.getByRole('button', { name: 'Sessions' }).tap()
    await page.locator('.session', { hasText: 'My first session' }).waitFor()
  })

  test('every text stands out, in light and in dark, whatever is open', async () => {
    const visitor = await ada('Contrast')
    const { page } = visitor
    await visitor.say('Write "Water the roses" to todo.md', 'I have written it')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const panel of ['Context', 'Prompt', 'Tools', 'Files', 'Audit', 'Figures']) {
        await visitor.look(panel)
        await page.locator('.panel-body p').first().waitFor()
        expect([colorScheme, panel, await faintTexts(page)]).toEqual([colorScheme, panel, []])
      }
    }
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('The session is paused.').waitFor()
    expect(await faintTexts(page)).toEqual([])
  })

  test('all can be done with the keyboard alone', async () => {
    const visitor = await visit(browser, demo.url)
    const { page } = visitor
    await page.getByText('Who are you?').waitFor()
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await press('Tab', 'Tab', 'Enter')
    await page.getByText('Hello, Alan.').waitFor()
    await page.getByLabel('Name of the new session').focus()
    await page.keyboard.type('Keys')
    await press('Enter')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await page.locator('.skip').focus()
    await press('Enter')
    await page.keyboard.type('My name is Alan.')
    await press('Enter')
    await visitor.answer('your name is Alan')
    expect(await page.locator('[aria-live=polite]').textContent()).toContain('your name is Alan')
  })
})

/** Takes another pace for the open chat. */
async function chooseModel({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Prompt and model of this chat' }).click()
  await page.getByLabel('Model').selectOption({ label: name })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
