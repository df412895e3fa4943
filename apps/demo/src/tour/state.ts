import type { Stage } from './open-sessions.ts'

/** What a session keeps beside its messages, and how it moves. */
export async function showState({ screen, ada, adaSession: session }: Stage): Promise<void> {
  screen.heading('7 · Context, export and import')
  await session.context.set('cart', { items: ['spade', 'rake'], total: 48 })
  await session.context.set('step', 'checkout')
  screen.done(
    `Context values: ${(await session.context.entries()).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(', ')}`,
  )

  const copy = await ada.importSession(session.export())
  const stats = await copy.stats()
  const general = await copy.activeChat()
  screen.done(`Exported and imported as a session of its own: ${stats.chatCount} chats, ${stats.messageCount} messages`)
  const reply = await general.sendMessage('What is the budget?')
  screen.detail(`and it remembers: “${reply.text}”`)
  await copy.delete()
}
