import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { expect, onTestFinished, test } from 'vitest'
import { failure } from './failures.ts'
import { newWorld } from './hubs.ts'
import { type OAuthHost, oauthHost, robot } from './servers/oauth-host.ts'

/** A session with one server behind OAuth, whose providers are these. */
async function behindOAuth(provider: (host: OAuthHost) => OAuthClientProvider, advertised?: string) {
  const host = await oauthHost(advertised === undefined ? {} : { advertised })
  onTestFinished(() => host.close())
  const made = provider(host)
  const world = await newWorld({ http: { loopback: 'allow' }, oauth: () => made })
  const clients = world.hub.for(world.session)
  await clients.add({ id: 'web', transport: 'http', url: host.url.href, auth: { type: 'oauth', provider: 'own' } })
  return { ...world, host, clients, provider: made }
}

/** Keeps everything in this process, and the address that a user is to visit. */
class UserProvider implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:1/back'
  visit: URL | null = null
  #client: OAuthClientInformationMixed | undefined
  #tokens: OAuthTokens | undefined
  #verifier = ''

  readonly clientMetadata = {
    client_name: 'a test',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.#client
  }
  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.#client = client
  }
  tokens(): OAuthTokens | undefined {
    return this.#tokens
  }
  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens
  }
  redirectToAuthorization(url: URL): void {
    this.visit = url
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  codeVerifier(): string {
    return this.#verifier
  }
}

const robotOf = ({ issuer }: OAuthHost, clientSecret: string = robot.clientSecret) =>
  new ClientCredentialsProvider({ clientId: robot.clientId, clientSecret, expectedIssuer: issuer })

const text = (content: readonly { readonly text?: unknown }[]) => content.map((part) => part.text)

test('client credentials: the token is fetched, used for every request, and fetched anew when it is refused', async () => {
  const { clients, host } = await behindOAuth(robotOf)
  expect(text((await clients.callTool('web__echo', { text: 'one' })).content)).toEqual(['one'])
  await clients.callTool('web__echo', { text: 'two' })
  expect(host.grants).toEqual({ client_credentials: 1 })
  host.revoke()
  expect(text((await clients.callTool('web__echo', { text: 'three' })).content)).toEqual(['three'])
  expect(host.grants).toEqual({ client_credentials: 2 })
})

test('a wrong secret is MCP_AUTH_REQUIRED, and is told nobody', async () => {
  const wrong = 'planted-wrong-secret'
  const { clients, trail, session } = await behindOAuth((host) => robotOf(host, wrong))
  const error = await failure(() => clients.connect('web'))
  expect(error.code).toBe('MCP_AUTH_REQUIRED')
  const said = [
    error.message,
    error.stack,
    error.details,
    `${error.cause}`,
    trail,
    await clients.list(),
    session.record,
  ]
  expect(JSON.stringify(said)).not.toContain(wrong)
})

test('a user who has to agree: MCP_AUTH_REQUIRED with the provider told where, and connected once he did', async () => {
  const { clients, host, provider } = await behindOAuth(() => new UserProvider())
  expect((await failure(() => clients.callTool('web__echo', { text: 'x' }))).code).toBe('MCP_AUTH_REQUIRED')
  const { visit } = provider as UserProvider
  if (visit === null) throw new Error('nobody was sent anywhere')
  const answer = await fetch(visit, { redirect: 'manual' })
  const authorizationCode = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
  expect(await auth(provider, { serverUrl: host.url, authorizationCode })).toBe('AUTHORIZED')
  await clients.connect('web')
  expect(text((await clients.callTool('web__echo', { text: 'hi' })).content)).toEqual(['hi'])
  host.revoke()
  await clients.callTool('web__echo', { text: 'again' })
  expect(host.grants).toEqual({ authorization_code: 1, refresh_token: 1 })
})

test.each(['https://10.0.0.1', 'https://169.254.169.254', 'http://10.0.0.1'])(
  'an authorization server at %s gets no request: it is refused as an MCP server there would be',
  async (advertised) => {
    const { clients, host } = await behindOAuth((of) => robotOf({ ...of, issuer: advertised }), advertised)
    expect((await failure(() => clients.connect('web'))).code).toBe('MCP_POLICY_DENIED')
    expect(host.grants).toEqual({})
  },
)
