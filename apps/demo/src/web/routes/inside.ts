import type { JsonValue } from '@sess/core'
import { Hono } from 'hono'
import { z } from 'zod'
import { chatIn, sessionIn } from '../in-path.ts'
import { bodyOf } from '../request-body.ts'
import type { SignedIn } from '../signed-in.ts'
import type { ContextEntry, PromptLayer, PromptView } from '../views.ts'

const value = z.object({ value: z.json() })

/** What a session keeps besides its chats: context values, and the prompt with its layers. */
export function insideRoutes(): Hono<SignedIn> {
  return new Hono<SignedIn>()
    .get('/context', async (c) => {
      const entries = await (await sessionIn(c)).context.entries()
      return c.json(entries.map(([key, value]): ContextEntry => ({ key, value })))
    })
    .put('/context/:key', async (c) => {
      const session = await sessionIn(c)
      await session.context.set(c.req.param('key'), (await bodyOf(c, value)).value as JsonValue)
      return c.body(null, 204)
    })
    .delete('/context/:key', async (c) => {
      await (await sessionIn(c)).context.delete(c.req.param('key'))
      return c.body(null, 204)
    })
    .get('/chats/:chat/prompt', async (c) => {
      const { session, chat } = await chatIn(c)
      const { text = '', parts = [], tokens = 0, digest = null } = session.record.systemPrompt ?? {}
      const layers = parts.map(({ scope, name, start, end }): PromptLayer => {
        return { scope, name, text: text.slice(start, end) }
      })
      const own = chat.record.systemPrompt
      const view: PromptView = {
        layers:
          own === null ? layers : [...layers, { scope: 'chat', name: chat.record.name ?? 'This chat', text: own }],
        tokens,
        digest,
      }
      return c.json(view)
    })
}
