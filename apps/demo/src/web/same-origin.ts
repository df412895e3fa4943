import type { MiddlewareHandler } from 'hono'
import { ServerError } from './problem.ts'

/**
 * Keeps other sites out. A name that was made to point here (DNS rebinding) is no name of this server, and a page of another origin
 * may change nothing. Programs that are no browsers send no `Origin`.
 */
export const sameOrigin: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? ''
  if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host))
    throw new ServerError('ORIGIN_REFUSED', 421, 'this server has no such name')
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site') ?? 'same-origin'
  const isForeign = (origin !== undefined && origin !== `http://${host}`) || !['same-origin', 'none'].includes(site)
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  // A link from elsewhere may open the page; data are for the page alone.
  if (isForeign && !(isRead && !c.req.path.startsWith('/api/')))
    throw new ServerError('ORIGIN_REFUSED', 403, 'the request came from another site')
  await next()
}
