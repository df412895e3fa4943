import { SessError } from '@sess/core'
import { Agent, type RequestInit as AgentRequestInit, fetch as agentFetch } from 'undici'
import { AddressGuard } from './address-guard.ts'
import { bodyLimit, eventLimit } from './body-limit.ts'
import { causes } from './failure-facts.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import { relayedBody } from './relayed-body.ts'

const redirects = new Set([301, 302, 303, 307, 308])

/** A `fetch` that goes where the policy allows, and nowhere else. */
export interface GuardedFetch {
  /**
   * @throws {@link SessError} `MCP_POLICY_DENIED` for an address that is not allowed, or a redirect; nothing was sent to where it
   * points. Reading the body rejects with `MCP_RESULT_TOO_LARGE` if it is larger than allowed.
   */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  /** Checks an address as far as that goes without a connection. @throws {@link SessError} `MCP_POLICY_DENIED`. */
  checkUrl(url: URL): void
  /** Ends all connections. */
  close(): Promise<void>
}

/**
 * A `fetch` for addresses that others chose. An address is checked twice: in the URL, and where a connection is made, as a name may
 * have other addresses then. Redirects are refused. No request shares an abort signal with another.
 */
export function guardedFetch(policy: FetchPolicy = {}): GuardedFetch {
  const guard = new AddressGuard(policy)
  const maxBytes = policy.maxBodyBytes ?? 10 * 1024 * 1024
  const agents = { 'https:': makeAgent(guard, 'https:', policy), 'http:': makeAgent(guard, 'http:', policy) }

  async function fetch(target: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(target)
    guard.checkUrl(url)
    const { signal, unlink } = ownSignal(init.signal ?? undefined)
    try {
      const dispatcher = agents[url.protocol === 'http:' ? 'http:' : 'https:']
      const options = { ...init, signal, dispatcher, redirect: 'manual' } as unknown as AgentRequestInit
      const response = (await agentFetch(url, options)) as unknown as Response
      if (redirects.has(response.status)) {
        await response.body?.cancel()
        throw redirected()
      }
      return limited(response, maxBytes, unlink)
    } catch (error) {
      unlink()
      // What the guard said is inside of what the client makes of it.
      throw causes(error).find((cause) => cause instanceof SessError) ?? error
    }
  }

  return {
    fetch,
    checkUrl: (url) => guard.checkUrl(url),
    close: async () => {
      await Promise.all([agents['http:'].destroy(), agents['https:'].destroy()])
    },
  }
}

/** How long an answer may take is for the request to say: a tool may work for minutes, a stream is silent for hours. */
function makeAgent(guard: AddressGuard, protocol: string, { connectTimeoutMs = 10_000 }: FetchPolicy): Agent {
  const connect = { lookup: guard.lookupFor(protocol), timeout: connectTimeoutMs }
  return new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 })
}

function limited(response: Response, maxBytes: number, unlink: () => void): Response {
  const { status, statusText, headers, body } = response
  if (body === null) {
    unlink()
    return new Response(null, { status, statusText, headers: [...headers] })
  }
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
  const onChunk = isStream ? eventLimit(maxBytes) : bodyLimit(maxBytes)
  return new Response(relayedBody(body, { onChunk, onEnd: unlink }), { status, statusText, headers: [...headers] })
}

/** A signal for one request. The client's listeners on it end with it, and none is left on the one of the caller. */
function ownSignal(outer: AbortSignal | undefined): { signal: AbortSignal; unlink: () => void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort(outer?.reason)
  if (outer?.aborted === true) abort()
  else outer?.addEventListener('abort', abort)
  return { signal: controller.signal, unlink: () => outer?.removeEventListener('abort', abort) }
}

function redirected(): SessError {
  const reason = 'the server redirects, and redirects are not followed'
  return new SessError('MCP_POLICY_DENIED', `The request is refused: ${reason}`, { reason })
}
