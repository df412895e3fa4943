import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedDatabase, sharedRedis, startRedis } from '@sess/test-servers'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { builtDemo } from './built-demo.ts'
import { type DemoProcess, startDemo } from './demo-process.ts'
import { openBrowser, visit } from './visitor.ts'

const found = await openBrowser()

/** Variables and flags for each store that processes can share. */
const stores = {
  redis: async () => ({
    SESSION_REDIS_URL: await sharedRedis(inject('testServers')),
    // Others use the same Redis.
    SESSION_REDIS_KEY_PREFIX: `demo-${process.pid}-${Date.now()}:`,
  }),
  mysql: async () => ({ SESSION_MYSQL_URL: await sharedDatabase(inject('testServers')) }),
} as const

describe.skipIf(found === null)('the page on a store that processes share', () => {
  const browser = found as Browser
  let demo = ''

  beforeAll(async () => {
    demo = await builtDemo('two-servers-test')
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
  })

  test('a store that hangs is told in words, and what was begun goes on when it comes back', async () => {
    const redis = await startRedis()
    const data = await mkdtemp(join(tmpdir(), 'sess-demo-data-'))
    onTestFinished(async () => {
      await redis.stop()
      await rm(data, { recursive: true, force: true })
    })
    const environment = { SESSION_REDIS_URL: redis.url, SESSION_REDIS_TIMEOUT: '1s' }
    await using server = await startDemo(demo, ['--store', 'redis', '--data', data], environment)
    const visitor = await visit(browser, server.url, { mayComplain: true })
    const { page } = visitor
    await visitor.begin(/Grace Hopper/, 'Hanging')
    await visitor.say('My name is Grace.', 'your name is Grace')
    redis.pause()
    await page.getByRole('alert').getByText('STORE_UNAVAILABLE').waitFor()
    await visitor.look('Figures')
    await page.locator('.panel').getByText('in trouble').waitFor()
    await visitor.type('What is my name?')
    await page.locator('.notice').getByText('STORE_UNAVAILABLE').waitFor()
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('What is my name?')
    redis.resume()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await visitor.answer('Your name is Grace')
  }, 60_000)

  describe.each(['redis', 'mysql'] as const)('%s', (store) => {
    let data = ''
    let environment: Record<string, string> = {}

    beforeAll(async () => {
      data = await mkdtemp(join(tmpdir(), 'sess-demo-data-'))
      environment = await stores[store]()
    }, 120_000)

    afterAll(async () => {
      await rm(data, { recursive: true, force: true })
    })

    async function start(...args: readonly string[]): Promise<DemoProcess> {
      const server = await startDemo(demo, ['--store', store, '--data', data, ...args], environment)
      onTestFinished(async () => void (await server.stop()))
      return server
    }

    test('two servers behave as one', async () => {
      const [first, second] = await Promise.all([start(), start()])
      const one = await visit(browser, first.url)
      await one.begin(/Alan Turing/, `Shared ${store}`)
      const two = await visit(browser, second.url)
      await two.page.getByRole('button', { name: /Alan Turing/ }).click()
      await two.page.locator('.session', { hasText: `Shared ${store}` }).click()

      await one.say('My name is Alan.', 'your name is Alan')
      await two.answer('your name is Alan')
      await two.say('What is my name?', 'Your name is Alan')
      await one.answer('Your name is Alan')

      // A message that is said differently through one is another one in the other.
      await one.page.getByRole('button', { name: 'Edit and send again' }).first().click()
      await one.page.getByLabel('The message, to be said differently').fill('My name is Al.')
      await one.page.getByRole('button', { name: 'Send again', exact: true }).click()
      await two.answer('your name is Al.')
      expect(await two.messages()).toHaveLength(2)

      // So is a pause, and an answer is stopped through a server that does not write it.
      await two.page.getByRole('button', { name: 'Pause' }).click()
      await one.page.getByText('The session is paused.').waitFor()
      await one.page.getByRole('button', { name: 'Resume' }).click()
      await two.page.getByLabel('Message', { exact: true }).waitFor()
      await one.type(`Repeat: ${'on and '.repeat(600)}on.`)
      await two.page.getByRole('button', { name: 'Stop the answer' }).click()
      await one.page.getByText('stopped here').waitFor()
      await two.page.getByText('stopped here').waitFor()
    }, 60_000)

    test('a server that starts again goes on where it was, and an answer that it was writing is kept', async () => {
      const before = await start()
      const visitor = await visit(browser, before.url, { mayComplain: true })
      const { page } = visitor
      await visitor.begin(/Ada Lovelace/, `Restart ${store}`)
      await visitor.say('Write "Water the roses" to todo.md', 'I have written it to todo.md')
      await visitor.type(`Repeat: ${'on and '.repeat(600)}on.`)
      await page.locator('[data-draft]').getByText('on and on').waitFor()
      expect(await before.stop()).toBe(0)
      await page.getByRole('alert').getByText('The server does not answer.').waitFor()
      await start('--port', new URL(before.url).port)
      await page.getByText('stopped here').waitFor()
      expect(await visitor.messages()).toHaveLength(5)
      await visitor.say('My name is Ada.', 'your name is Ada')
      await visitor.say('Read todo.md', 'todo.md says: Water the roses')
      await page.reload()
      await visitor.answer('Water the roses')
    }, 60_000)
  })
})
