import { type Chat, messageText } from '@sess/core'
import { expectRefusal, type Screen, say } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** One turn at a time: an answer can be stopped, a busy chat refuses or queues, and a message can be said again. */
export async function showTurns({ screen }: Stage, chat: Chat): Promise<void> {
  screen.heading('6 · Turns')
  await abortHalfWay(screen, chat)
  await sendWhileBusy(screen, chat)
  await editAndResend(screen, chat)
}

async function abortHalfWay(screen: Screen, chat: Chat): Promise<void> {
  const stop = new AbortController()
  screen.asked('ada', 'Summarise everything once more.')
  const events = chat.streamMessage('Summarise everything once more.', { signal: stop.signal })
  try {
    await screen.answer(untilPieces(events, 6, () => stop.abort()))
  } catch (error) {
    if (error !== stop.signal.reason) throw error
  }
  const reply = await chat.lastReply()
  if (reply?.interrupted !== true) return screen.detail('the whole answer was there before it could be stopped')
  screen.done('The answer was aborted after 6 pieces. What was said is kept, and marked as interrupted:')
  screen.detail(`“${messageText(reply)}”`)
}

async function sendWhileBusy(screen: Screen, chat: Chat): Promise<void> {
  const first = chat.sendMessage('The budget is 5,000 euros.')
  await expectRefusal(
    screen,
    "A second message meanwhile, with whenBusy: 'reject'",
    'TURN_IN_PROGRESS',
    chat.sendMessage('What is the budget?', { whenBusy: 'reject' }),
  )
  const [, queued] = await Promise.all([first, chat.sendMessage('What is the budget?')])
  screen.done('The same message, queued, is answered after the first one:')
  screen.detail(queued.text)
}

async function editAndResend(screen: Screen, chat: Chat): Promise<void> {
  await say(screen, 'ada', chat, 'The budget is 6,000 euros.')
  const sent = (await chat.getMessages()).findLast((message) => message.role === 'user')
  if (sent === undefined) throw new Error('the message should be there')
  await chat.rewind(sent.seq - 1)
  screen.done('Rewound to before that message, to say it differently:')
  await say(screen, 'ada', chat, 'The budget is 7,500 euros.')
  await say(screen, 'ada', chat, 'What is the budget?')
}

/** The events, and a call of `then` after so many pieces of text. */
async function* untilPieces(
  events: ReturnType<Chat['streamMessage']>,
  pieces: number,
  then: () => void,
): typeof events {
  let seen = 0
  for await (const event of events) {
    yield event
    if (event.type === 'text' && ++seen === pieces) then()
  }
}
