import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import type { Happening } from '../happenings.ts'
import { chatIn, sessionIn } from '../in-path.ts'
import { problemOf } from '../problem.ts'
import { bodyOf } from '../request-body.ts'
import type { SignedIn } from '../signed-in.ts'
import { type ChatView, chatView, type LiveEvent, liveEvent } from '../views.ts'
import type { WebParts } from '../web-parts.ts'

/** Without a sign of life, proxies and browsers take a stream for dead. */
const beatMs = 15_000

/** What goes to a page over its stream of events. */
export type PageEvent = LiveEvent | Happening

/** The chats of a session, and what happens in one while somebody looks at it. */
export function chatRoutes({ agent, happenings }: Pick<WebParts, 'agent' | 'happenings'>): Hono<SignedIn> {
  const described = z.object({
    name: z.string().trim().min(1).max(80),
    systemPrompt: z.string().max(8_000),
    model: z.string().max(100),
  })
  const fields = ({ name, systemPrompt, model }: z.output<typeof described>) => {
    return { name, systemPrompt: systemPrompt === '' ? null : systemPrompt, agent: agent.settingsFor(model) }
  }

  return new Hono<SignedIn>()
    .get('/', async (c) => {
      const { items } = await (await sessionIn(c)).listChats({ limit: 100 })
      return c.json<ChatView[]>(items.map(chatView))
    })
    .post('/', async (c) => {
      const chat = await (await sessionIn(c)).createChat(fields(await bodyOf(c, described)))
      return c.json<ChatView>(chatView(chat), 201)
    })
    .patch('/:chat', async (c) => {
      const { chat } = await chatIn(c)
      await chat.update(fields(await bodyOf(c, described)))
      return c.json<ChatView>(chatView(chat))
    })
    .delete('/:chat', async (c) => {
      await (await sessionIn(c)).deleteChat(c.req.param('chat'))
      return c.body(null, 204)
    })
    .post('/:chat/activate', async (c) => {
      const session = await sessionIn(c)
      await session.switchChat(c.req.param('chat'))
      return c.body(null, 204)
    })
    .get('/:chat/events', async (c) => {
      const { chat } = await chatIn(c)
      const { owner } = c.get('person')
      return streamSSE(c, async (stream) => {
        const send = (event: PageEvent): Promise<void> => stream.writeSSE({ data: JSON.stringify(event) })
        const gone = new AbortController()
        stream.onAbort(() => gone.abort())
        const ignore = happenings.listen(owner, (happening) => void send(happening))
        const beat = setInterval(() => void stream.write(': beat\n\n'), beatMs)
        try {
          // How soon a page comes back, in milliseconds.
          await stream.write('retry: 500\n\n')
          for await (const event of chat.watch({ signal: gone.signal })) await send(liveEvent(event))
        } catch (error) {
          await send({ type: 'over', problem: problemOf(error) })
        } finally {
          clearInterval(beat)
          ignore()
        }
      })
    })
}
