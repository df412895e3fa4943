import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contractServer } from './contract-server.ts'
import { listen, stop, streamableHost } from './http-host.ts'

export interface OAuthHost {
  /** Of the MCP server, which admits whoever has a token that is good. */
  readonly url: URL
  readonly issuer: string
  /** How often tokens were given, by the kind of grant. */
  readonly grants: Record<string, number>
  /** Makes every access token bad that was given so far; refresh tokens stay good. */
  revoke(): void
  close(): Promise<void>
}

/** The one client that needs no registration. */
export const robot = { clientId: 'robot', clientSecret: 'planted-client-secret' } as const

/**
 * An MCP server behind OAuth 2.1, and its authorization server: registration, PKCE, refreshing, client credentials.
 * It may send its clients to another authorization server.
 */
export async function oauthHost({ advertised }: { readonly advertised?: string } = {}): Promise<OAuthHost> {
  const grants: Record<string, number> = {}
  const good = new Set<string>()
  const refreshing = new Set<string>()
  const challenges = new Map<string, string>()
  let issuer = ''

  const tokens = (grant: string): object => {
    grants[grant] = (grants[grant] ?? 0) + 1
    const [access, refresh] = [randomUUID(), randomUUID()]
    good.add(access)
    if (grant === 'client_credentials') return { access_token: access, token_type: 'Bearer', expires_in: 3600 }
    refreshing.add(refresh)
    return { access_token: access, token_type: 'Bearer', expires_in: 3600, refresh_token: refresh }
  }

  const grant = (form: URLSearchParams, authorization: string | undefined): object | null => {
    const kind = form.get('grant_type') ?? ''
    if (kind === 'client_credentials') {
      const basic = Buffer.from(`${robot.clientId}:${robot.clientSecret}`).toString('base64')
      return authorization === `Basic ${basic}` ? tokens(kind) : null
    }
    if (kind === 'refresh_token') return refreshing.delete(form.get('refresh_token') ?? '') ? tokens(kind) : null
    const code = form.get('code') ?? ''
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight = kind === 'authorization_code' && challenges.get(code) === challenge
    challenges.delete(code)
    return isRight ? tokens(kind) : null
  }

  const authorization = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    if (url.pathname === '/.well-known/oauth-authorization-server') return answer(response, 200, metadata(issuer))
    if (url.pathname === '/register')
      return answer(response, 201, { ...JSON.parse(await textOf(request)), client_id: randomUUID() })
    if (url.pathname === '/authorize') {
      // Whoever asks is taken for the user, and agrees.
      const code = randomUUID()
      challenges.set(code, url.searchParams.get('code_challenge') ?? '')
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.searchParams.set('code', code)
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname !== '/token') return answer(response, 404, {})
    const given = grant(new URLSearchParams(await textOf(request)), request.headers.authorization)
    if (given === null) return answer(response, 401, { error: 'invalid_client' })
    answer(response, 200, given)
  })
  await listen(authorization)
  issuer = `http://127.0.0.1:${(authorization.address() as AddressInfo).port}`

  const host = await streamableHost(contractServer, 0, (request, response) => {
    const { pathname, origin } = new URL(request.url ?? '/', `http://${request.headers.host}`)
    if (pathname.startsWith('/.well-known/oauth-protected-resource'))
      answer(response, 200, { resource: `${origin}/mcp`, authorization_servers: [advertised ?? issuer] })
    else if (pathname !== '/mcp') answer(response, 404, {})
    else if (good.has(request.headers.authorization?.replace('Bearer ', '') ?? '')) return false
    else {
      const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${metadataUrl}"` }).end()
    }
    return true
  })
  return {
    url: host.url,
    issuer,
    grants,
    revoke: () => good.clear(),
    async close() {
      await Promise.all([host.close(), stop(authorization)])
    },
  }
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
