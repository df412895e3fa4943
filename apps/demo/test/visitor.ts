import { chromiumArguments, findChromium } from '@sess/test-servers'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'

/** The browser of a test file, or null if there is none on this machine. */
export async function openBrowser(): Promise<Browser | null> {
  const executablePath = await findChromium()
  return executablePath === null ? null : await chromium.launch({ executablePath, args: [...chromiumArguments] })
}

/** Somebody in front of the page, in a browser of their own. */
export class Visitor {
  readonly page: Page
  /** What the browser's console holds against the page. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(15_000)
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(`${error}`))
  }

  /** Chooses who to be, and begins a session. */
  async begin(person: RegExp, session: string): Promise<void> {
    await this.page.getByRole('button', { name: person }).click()
    await this.createSession(session)
  }

  async createSession(name: string): Promise<void> {
    await this.page.getByLabel('Name of the new session').fill(name)
    await this.page.getByRole('button', { name: 'Create session' }).click()
    await this.page.getByRole('heading', { name, level: 1 }).waitFor()
    await this.page.getByLabel('Message', { exact: true }).waitFor()
  }

  /** Writes a message and sends it. */
  async type(text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text)
    await this.page.keyboard.press('Enter')
  }

  /** Sends a message, and waits until the whole answer is there. */
  async say(text: string, answer: string | RegExp): Promise<void> {
    await this.type(text)
    await this.answer(answer)
  }

  /** Waits until the newest answer is whole, and says this. */
  async answer(text: string | RegExp): Promise<void> {
    await this.page
      .locator('.message:last-child:not([data-draft])[data-role=assistant]')
      .filter({ hasText: text })
      .waitFor()
  }

  /** Chooses what is done with the open session. */
  async choose(action: string): Promise<void> {
    await this.page.getByLabel('More for this session').click()
    await this.page.locator('.menu-list').getByText(action, { exact: true }).click()
  }

  /** Opens a panel beside the chat. */
  async look(panel: string): Promise<void> {
    await this.page.getByRole('tab', { name: panel, exact: true }).click()
  }

  /** The texts of the messages in sight of the page, oldest first. */
  async messages(): Promise<readonly string[]> {
    return await this.page.locator('.message :is(.bubble, .answer)').allInnerTexts()
  }
}

/** Opens the page in a browser of its own. When the test is over, nothing may be held against it. */
export async function visit(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] & { readonly mayComplain?: boolean } = {},
): Promise<Visitor> {
  const { mayComplain = false, ...rest } = options
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce', ...rest })
  const visitor = new Visitor(await context.newPage())
  onTestFinished(async () => {
    await context.close()
    if (!mayComplain) expect(visitor.complaints).toEqual([])
  })
  await visitor.page.goto(url)
  return visitor
}
