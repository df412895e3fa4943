import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { pageFiles } from './page-files.ts'
import { problemOf, ServerError } from './problem.ts'
import { chatRoutes } from './routes/chats.ts'
import { figureRoutes } from './routes/figures.ts'
import { fileRoutes } from './routes/files.ts'
import { insideRoutes } from './routes/inside.ts'
import { messageRoutes } from './routes/messages.ts'
import { serverRoutes } from './routes/servers.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { sameOrigin } from './same-origin.ts'
import { signedIn } from './signed-in.ts'
import type { WebParts } from './web-parts.ts'

const maxBodyBytes = 1_048_576
const maxImportBytes = 64 * maxBodyBytes

/** The server: the page, and the routes below `/api`. */
export function webApp(parts: WebParts, pageFolder: string): Hono {
  const app = new Hono()
  app.use(sameOrigin)
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
      strictTransportSecurity: false,
    }),
  )
  const [short, long] = [bodyOfAtMost(maxBodyBytes), bodyOfAtMost(maxImportBytes)]
  app.use('/api/*', (c, next) => (c.req.path === '/api/sessions/import' ? long : short)(c, next))
  app.route('/api', signInRoutes())
  app.use('/api/*', signedIn(parts.manager))
  app.route('/api', figureRoutes(parts))
  app.route('/api/sessions', sessionRoutes(parts))
  app.route('/api/sessions/:session', insideRoutes())
  app.route('/api/sessions/:session/servers', serverRoutes(parts))
  app.route('/api/sessions/:session/files', fileRoutes(parts))
  app.route('/api/sessions/:session/chats', chatRoutes(parts))
  app.route('/api/sessions/:session/chats/:chat/messages', messageRoutes())
  app.use(pageFiles(pageFolder))
  app.notFound(() => {
    throw new ServerError('ROUTE_NOT_FOUND', 404, 'there is nothing at this address')
  })
  app.onError((error) => {
    const problem = problemOf(error)
    if (problem.status === 500) process.stderr.write(`demo: ${error.stack ?? error.message}\n`)
    return Response.json(problem, {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json' },
    })
  })
  return app
}

function bodyOfAtMost(maxSize: number): MiddlewareHandler {
  const onError = (): never => {
    throw new ServerError('BODY_TOO_LARGE', 413, `a body may have ${maxSize} bytes here`)
  }
  return bodyLimit({ maxSize, onError })
}
