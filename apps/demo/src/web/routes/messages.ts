import { invalidArgument, type Message, type MessageInput } from '@sess/core'
import { Hono } from 'hono'
import { z } from 'zod'
import { chatIn } from '../in-path.ts'
import { bodyOf } from '../request-body.ts'
import type { SignedIn } from '../signed-in.ts'
import type { WebParts } from '../web-parts.ts'

const seq = z.coerce.number().int().min(0)
const range = z.object({ before: seq.optional(), after: seq.optional(), limit: seq.default(50) })

/** What is said in a chat. The answers themselves go out with the chat's events. */
export function messageRoutes({ live }: WebParts): Hono<SignedIn> {
  return new Hono<SignedIn>()
    .get('/', async (c) => {
      const { success, data } = range.safeParse(c.req.query())
      if (!success) throw invalidArgument('query', 'must be before or after, and limit')
      return c.json<readonly Message[]>(await (await chatIn(c)).chat.getMessages(data))
    })
    .post('/', async (c) => {
      const { id, text, replaces } = await bodyOf(
        c,
        z.object({ id: z.string().min(1).max(64), text: z.string().min(1), replaces: seq.min(1).optional() }),
      )
      const { session, chat } = await chatIn(c)
      const watched = live.of(session, chat)
      if (replaces !== undefined) {
        await chat.rewind(replaces - 1)
        await watched.reload()
      }
      return c.json<Message>(await watched.answer({ id, role: 'user', content: text }), 202)
    })
    .post('/regenerate', async (c) => {
      const { after } = await bodyOf(c, z.object({ after: seq.min(1) }))
      const { session, chat } = await chatIn(c)
      const [asked] = await chat.getMessages({ after: after - 1, limit: 1 })
      if (asked?.seq !== after || asked.role !== 'user') throw invalidArgument('after', "must be a user's message")
      const watched = live.of(session, chat)
      await chat.rewind(after)
      await watched.reload()
      // The same id: it is kept where it is, and answered anew.
      const { id, role, content, name, metadata } = asked
      const again: MessageInput = { id, role, content, name, metadata }
      return c.json<Message>(await watched.answer(again), 202)
    })
    .post('/stop', async (c) => c.json({ stopped: await (await chatIn(c)).chat.interrupt() }))
}
