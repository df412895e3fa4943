import { expectRefusal } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** Limits are kept by the store, whoever asks and from whatever process. */
export async function showLimits({ screen, ada, adaSession }: Stage): Promise<void> {
  screen.heading('4 · Limits')
  const more = [await ada.createSession({ name: 'Second' }), await ada.createSession({ name: 'Third' })]
  screen.done(`User session count: ${await ada.countSessions()}, and 3 are allowed`)
  await expectRefusal(screen, 'A fourth session', 'SESSION_LIMIT_REACHED', ada.createSession({ name: 'Fourth' }))
  for (const session of more) await session.delete()
  screen.done(`User session count: ${await ada.countSessions()}, after two were deleted`)

  const third = await adaSession.createChat({ name: 'Ideas' })
  await expectRefusal(screen, 'A fourth chat, where 3 are allowed', 'CHAT_LIMIT_REACHED', adaSession.createChat())
  await adaSession.deleteChat(third.id)

  const small = await adaSession.createChat({ name: 'Small', maxMessages: 2, overflow: 'reject' })
  await small.addMessages(['one', 'two'])
  await expectRefusal(
    screen,
    'A third message, where 2 are allowed',
    'MESSAGE_LIMIT_REACHED',
    small.addMessage('three'),
  )
  await small.update({ overflow: 'trim-oldest' })
  await small.addMessage('three')
  const kept = await small.getMessages()
  screen.done(`With 'trim-oldest' the chat makes room; it holds ${kept.map(({ content }) => content).join(', ')}`)
  await adaSession.deleteChat(small.id)
}
