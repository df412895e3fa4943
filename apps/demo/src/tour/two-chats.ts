import type { Chat } from '@sess/core'
import { say } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** Two chats in one session: each has its own prompt and its own memory. */
export async function showTwoChats({ screen, adaSession: session }: Stage): Promise<{ readonly general: Chat }> {
  screen.heading('2 · Two chats in one session')
  const general = await session.createChat({
    name: 'General Chat',
    agent: { wordDelayMs: 8 },
    systemPrompt: 'You help with general questions.',
  })
  screen.done(`First chat created: ${general.record.name}; it is the active one`)
  const review = await session.createChat({
    name: 'Code Review',
    agent: { wordDelayMs: 4 },
    systemPrompt: 'You are a senior developer who reviews code.',
  })
  screen.done(`Second chat created: ${review.record.name}`)

  await session.switchChat(general.id)
  screen.done('Switched to first chat')
  await say(screen, 'ada', session, 'Hello! My name is Ada, and the release is on Friday.')
  const pieces = await say(screen, 'ada', session, 'Whom do you work for?')
  screen.detail(`the answer came as a stream of ${pieces} pieces`)

  await session.switchChat(review.id)
  screen.done('Switched to second chat')
  await say(screen, 'ada', session, snippet)
  await say(screen, 'ada', session, 'What is my name?')
  screen.detail('the second chat knows nothing of the first')

  await session.switchChat(general.id)
  screen.done('Switched back to first chat')
  await say(screen, 'ada', session, 'What is my name, and when is the release?')
  await say(screen, 'ada', session, 'Please summarise what I told you.')
  return { general }
}

const snippet = `Please review this:
\`\`\`ts
async function load(id: any) {
  if (id == null) return
  const items = fetch('/items/' + id) // TODO: errors
  return items[0]
}
\`\`\``
