import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { builtDemo } from './built-demo.ts'
import { startDemo } from './demo-process.ts'
import { openBrowser, type Visitor, visit } from './visitor.ts'

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url))

// Not a test of anything: `pnpm screenshots` makes the pictures of the README anew.
describe.runIf(process.env.SESS_DEMO_SCREENSHOTS === '1')('the pictures of the README', () => {
  test('are made', async () => {
    const browser = await openBrowser()
    expect(browser, 'a Chromium is needed').not.toBeNull()
    await using demo = await startDemo(await builtDemo('screenshots'))
    await pictures(browser as Browser, demo.url)
    await browser?.close()
  }, 180_000)
})

async function pictures(browser: Browser, url: string): Promise<void> {
  const visitor = await visit(browser, url, { viewport: { width: 1240, height: 780 }, colorScheme: 'light' })
  const { page } = visitor
  await page.getByText('Who are you?').waitFor()
  await page.screenshot({ path: `${folder}people.png` })

  await visitor.begin(/Ada Lovelace/, 'Spring catalogue')
  await visitor.createSession('Release notes')
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('The session is paused.').waitFor()
  await page.locator('.session', { hasText: 'Spring catalogue' }).click()
  await page.getByLabel('Message', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'New chat' }).click()
  await page.getByRole('button', { name: 'Code review' }).click()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByRole('tab', { name: 'General' }).click()
  await visitor.say('My name is Ada, and the release is on Friday.', 'your name is Ada')
  await visitor.say('Write "Water the roses" to todo.md', 'I have written it to todo.md')
  await visitor.say('When is the release, and what is my name?', 'The release is on Friday')
  await visitor.look('Prompt')
  await page.locator('.layers li').nth(3).waitFor()
  await settled(visitor)
  await page.screenshot({ path: `${folder}chat.png` })

  await page.emulateMedia({ colorScheme: 'dark' })
  await visitor.look('Figures')
  await page.getByText(/memory, answers in/).waitFor()
  await settled(visitor)
  await page.screenshot({ path: `${folder}figures-dark.png` })

  const phone = await visit(browser, url, { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true })
  await phone.page.getByRole('button', { name: /Ada Lovelace/ }).tap()
  await phone.page.getByRole('button', { name: 'Sessions' }).tap()
  await phone.page.locator('.session', { hasText: 'Spring catalogue' }).tap()
  await phone.answer('The release is on Friday')
  await settled(phone)
  await phone.page.screenshot({ path: `${folder}phone.png` })
}

/** Fonts are there, notices are gone. */
async function settled({ page }: Visitor): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => true))
  await expect.poll(() => page.locator('.notice').count(), { timeout: 15_000 }).toBe(0)
}
