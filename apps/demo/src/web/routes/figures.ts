import { Hono } from 'hono'
import { chatIn } from '../in-path.ts'
import type { SignedIn } from '../signed-in.ts'
import type { Figures, Health } from '../views.ts'
import type { WebParts } from '../web-parts.ts'

/** Messages at most whose times are shown. */
const shownMessages = 500

/** Figures of a chat, its session and its user; the audit trail; how the store is. */
export function figureRoutes({ manager, store, happenings, audit, agent }: WebParts): Hono<SignedIn> {
  return new Hono<SignedIn>()
    .get('/agent', (c) => c.json({ description: agent.description, models: agent.models }))
    .get('/health', async (c) => c.json<Health>({ ...(await manager.health()), type: store }))
    .get('/audit', (c) => c.json(happenings.trailOf(c.get('person').owner)))
    .get('/audit/verdict', async (c) => {
      const { ok, records, problems } = await audit.verify()
      return c.json({ ok, records, problems: problems.length })
    })
    .get('/sessions/:session/chats/:chat/figures', async (c) => {
      const { session, chat } = await chatIn(c)
      const [ofChat, ofSession, ofUser, newest] = await Promise.all([
        chat.stats(),
        session.stats(),
        manager.userReport(c.get('person').owner),
        chat.getMessages({ limit: shownMessages }),
      ])
      const { lastMessage: _, ...plain } = ofChat
      return c.json<Figures>({
        chat: plain,
        session: ofSession,
        user: { sessions: ofUser.sessions, chats: ofUser.chats, messages: ofUser.messages },
        times: newest.map(({ role, createdAt }) => ({ role, createdAt })),
      })
    })
}
