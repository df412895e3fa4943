import type { ManagerParts } from './manager-parts.ts'
import type { NewMessage } from './message.ts'
import type { PostedMessage, Reply, SendOptions, StreamEvent } from './reply.ts'
import { runTurn } from './run-turn.ts'
import type { ChatRef } from './store/refs.ts'

/** Begins a turn that goes on by itself; resolves when the message is kept. */
export async function postMessage(
  parts: ManagerParts,
  chat: ChatRef,
  message: NewMessage,
  { signal, ...options }: SendOptions,
): Promise<PostedMessage> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const events = runTurn(parts, chat, message, { ...options, signal: controller.signal })
    const { value: first } = await events.next()
    if (first?.type === 'turn-started') {
      const reply = lastReplyOf(events)
      // Whoever wants to know asks for it, or listens to `turn-ended`.
      reply.catch(() => {})
      return { turnId: first.turnId, message: first.message, reply }
    }
    if (first?.type !== 'done') throw new Error('a turn began with neither a message nor an answer')
    await events.return()
    return { turnId: first.reply.turnId, message: first.reply.input, reply: Promise.resolve(first.reply) }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** The reply that the events of a turn end with. */
export async function lastReplyOf(events: AsyncIterable<StreamEvent>): Promise<Reply> {
  for await (const event of events) if (event.type === 'done') return event.reply
  throw new Error('a turn ended without its last event')
}
