import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { MiddlewareHandler } from 'hono'

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Serves the built page. It is small and read once, so that no path of a request ever reaches the disk. */
export function pageFiles(folder: string): MiddlewareHandler {
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name)
        return [path.slice(folder.length).replaceAll('\\', '/').replace(/^\/?/, '/'), readFileSync(path)] as const
      }),
  )
  return async (c, next) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path
    const bytes = files.get(path)
    if (bytes === undefined || c.req.method !== 'GET') return await next()
    return c.body(Uint8Array.from(bytes), 200, {
      'content-type': mediaTypes[extname(path)] ?? 'application/octet-stream',
      // Vite puts a hash of the content into the names of assets.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
  }
}
