import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { isSessError, type SendOptions, type SessErrorCode, type StreamEvent } from '@sess/core'

/** Anything that answers messages: a chat, or a session with its active chat. */
export interface Answering {
  streamMessage(message: string, options?: SendOptions): AsyncIterable<StreamEvent>
}

/** Where the demo shows what happens. */
export interface Screen {
  heading(text: string): void
  /** Something went as it should. */
  done(text: string): void
  /** More about what was just said. */
  detail(text: string): void
  /** Something was refused or failed. */
  refused(text: string): void
  /** What the user says. */
  asked(who: string, text: string): void
  /** Prints an answer while it comes. @returns in how many pieces it came. */
  answer(events: AsyncIterable<StreamEvent>): Promise<number>
  line(text?: string): void
}

/** A screen on a stream. */
export function screenOn(output: Writable, colours: boolean): Screen {
  type Format = Parameters<typeof styleText>[0]
  const painted = (format: Format, text: string): string =>
    colours ? styleText(format, text, { validateStream: false }) : text
  const line = (text = ''): void => void output.write(`${text}\n`)
  return {
    line,
    heading: (text) => line(`\n${painted('bold', text)}`),
    done: (text) => line(`  ${painted('green', '✓')} ${text}`),
    detail: (text) => line(painted('dim', `    ${indented(text, 4)}`)),
    refused: (text) => line(`  ${painted('yellow', '✗')} ${indented(text, 4)}`),
    asked: (who, text) => line(`  ${painted('cyan', `${who} ›`)} ${indented(text, 4)}`),
    answer: async (events) => {
      let pieces = 0
      try {
        for await (const event of events) {
          if (event.type !== 'text') continue
          output.write(
            pieces++ === 0 ? `  ${painted('magenta', '‹')} ${indented(event.text, 4)}` : indented(event.text, 4),
          )
        }
      } finally {
        if (pieces > 0) line()
      }
      return pieces
    },
  }
}

/** Lets a user say something, and shows it with the answer. @returns in how many pieces the answer came. */
export async function say(screen: Screen, who: string, place: Answering, text: string): Promise<number> {
  screen.asked(who, text)
  return await screen.answer(place.streamMessage(text))
}

/** Shows that sess refuses something, with the code. @throws an error if it does not. */
export async function expectRefusal(
  screen: Screen,
  what: string,
  code: SessErrorCode,
  attempt: Promise<unknown>,
): Promise<void> {
  try {
    await attempt
  } catch (error) {
    if (!isSessError(error, code)) throw error
    screen.refused(`${what}: ${error.code}, “${error.message}”`)
    return
  }
  throw new Error(`${what} should have been refused with ${code}`)
}

function indented(text: string, spaces: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(spaces)}`)
}
