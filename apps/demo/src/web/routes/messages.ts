import { invalidArgument, type Message } from '@sess/core'
import { Hono } from 'hono'
import { z } from 'zod'
import { chatIn } from '../in-path.ts'
import { bodyOf } from '../request-body.ts'
import type { SignedIn } from '../signed-in.ts'

const seq = z.coerce.number().int().min(0)
const range = z.object({ before: seq.optional(), after: seq.optional(), limit: seq.default(50) })

/** What is said in a chat. The answers themselves go out with the chat's events. */
export function messageRoutes(): Hono<SignedIn> {
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
      const { chat } = await chatIn(c)
      // The answer goes on when the page is closed, and comes with the chat's events.
      const { message } = await chat.postMessage({ id, role: 'user', content: text }, { replaces })
      return c.json<Message>(message, 202)
    })
    .post('/regenerate', async (c) => {
      const { replaces } = await bodyOf(c, z.object({ replaces: seq.min(1) }))
      const { chat } = await chatIn(c)
      const [asked] = await chat.getMessages({ after: replaces - 1, limit: 1 })
      if (asked === undefined) throw invalidArgument('replaces', 'must be the seq of a message')
      const { role, content, metadata } = asked
      const { message } = await chat.postMessage({ role, content, metadata }, { replaces })
      return c.json<Message>(message, 202)
    })
    .post('/stop', async (c) => c.json({ stopped: await (await chatIn(c)).chat.interrupt() }))
}
