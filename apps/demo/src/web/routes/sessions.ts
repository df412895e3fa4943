import { Readable } from 'node:stream'
import { invalidArgument, type Session } from '@sess/core'
import { Hono } from 'hono'
import { z } from 'zod'
import { addServers } from '../../demo-tools.ts'
import { sessionIn } from '../in-path.ts'
import { bodyOf } from '../request-body.ts'
import type { SignedIn } from '../signed-in.ts'
import { type SessionList, type SessionView, sessionView } from '../views.ts'
import type { WebParts } from '../web-parts.ts'

const named = z.object({ name: z.string().trim().min(1).max(80), tags: z.array(z.string().max(40)).max(8).optional() })

const actions: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  pause: (session) => session.pause(),
  resume: (session) => session.resume(),
  archive: (session) => session.archive(),
  restore: (session) => session.restore(),
  close: (session) => session.close(),
  extend: (session) => session.extendTtl(60 * 60_000),
}

/** The sessions of whoever asks: list, make, change, end, take away and bring back. */
export function sessionRoutes({ hub }: WebParts): Hono<SignedIn> {
  return new Hono<SignedIn>()
    .get('/', async (c) => {
      const page = await c.get('mine').listSessions({}, { limit: 100, cursor: c.req.query('cursor') })
      const list: SessionList = {
        sessions: page.items.map(sessionView),
        nextCursor: page.nextCursor,
        now: Date.now(),
      }
      return c.json(list)
    })
    .post('/', async (c) => {
      const session = await c.get('mine').createSession(await bodyOf(c, named))
      await session.createChat({ name: 'General', systemPrompt: 'You help with general questions.' })
      await addServers(hub, session)
      await session.refresh()
      return c.json<SessionView>(sessionView(session), 201)
    })
    .post('/import', async (c) => {
      const { body } = c.req.raw
      if (body === null) throw invalidArgument('body', 'must be an exported session')
      const session = await c
        .get('mine')
        .importSession(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]))
      return c.json<SessionView>(sessionView(session), 201)
    })
    .get('/:session', async (c) => c.json<SessionView>(sessionView(await sessionIn(c))))
    .patch('/:session', async (c) => {
      const session = await sessionIn(c)
      await session.update(await bodyOf(c, named))
      return c.json<SessionView>(sessionView(session))
    })
    .delete('/:session', async (c) => {
      await c.get('mine').deleteSession(c.req.param('session'))
      return c.body(null, 204)
    })
    .get('/:session/export', async (c) => {
      const session = await sessionIn(c)
      return c.body(Readable.toWeb(Readable.from(session.export())) as ReadableStream, 200, {
        'content-type': 'application/x-ndjson',
        'content-disposition': 'attachment; filename="session.ndjson"',
      })
    })
    .post('/:session/:action{pause|resume|archive|restore|close|extend}', async (c) => {
      const session = await sessionIn(c)
      await actions[c.req.param('action')]?.(session)
      return c.json<SessionView>(sessionView(session))
    })
}
