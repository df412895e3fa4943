import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { isSessError } from '@sess/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assertHeaders } from '../../src/http/assert-headers.ts'
import type { FetchPolicy } from '../../src/http/fetch-policy.ts'
import { guardedFetch } from '../../src/http/guarded-fetch.ts'
import { countListeners } from '../drivers/count-listeners.ts'
import { failure } from '../drivers/failure.ts'
import { listen, stop } from '../servers/http-host.ts'

const mebibyte = 1_048_576

function guard(policy: FetchPolicy = {}): ReturnType<typeof guardedFetch> {
  const guarded = guardedFetch(policy)
  onTestFinished(async () => await guarded.close())
  return guarded
}

/** A server on a free loopback port, and how often it was asked. */
async function serve(handle: RequestListener): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    handle(request, response)
  })
  await listen(server)
  onTestFinished(async () => await stop(server))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests: () => requests }
}

describe('where requests may go', () => {
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://１２７.0.0.1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[ff02::1]/',
    'https://localhost/',
    'https://[::ffff:10.0.0.1]/',
    'http://127.0.0.1/',
    'http://example.com/',
    'https://user:secret@example.com/',
    'https://example.com/#fragment',
    'ftp://example.com/',
  ])('%s is refused', async (url) => {
    const error = await failure(guard().fetch(url))
    expect(error).toMatchObject({ code: 'MCP_POLICY_DENIED' })
    expect(String(error)).not.toContain('secret')
  })

  it.each(['https://8.8.8.8/', 'https://[2606:4700:4700::1111]/', 'https://example.com/'])('%s is allowed', (url) => {
    guard().checkUrl(new URL(url))
  })

  it.each([
    ['only a private address', ['127.0.0.1']],
    ['one private address among public ones', ['8.8.8.8', '10.0.0.1']],
    ['a private one behind an IPv6 prefix', ['::ffff:192.168.0.1']],
  ])('a name with %s is not connected', async (_, addresses) => {
    const { fetch } = guard({
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    })
    expect(await failure(fetch('https://rebinding.example/'))).toMatchObject({ code: 'MCP_POLICY_DENIED' })
  })

  it('a name that changes its address after the first look is refused where it is connected', async () => {
    const { url, requests } = await serve((_, response) => response.end('secret'))
    const answers = ['8.8.8.8', '127.0.0.1']
    const asked: string[] = []
    const guarded = guard({
      connectTimeoutMs: 100,
      resolve: async (hostname) => {
        asked.push(hostname)
        return [{ address: asked.length === 1 ? String(answers[0]) : String(answers[1]), family: 4 }]
      },
    })
    const target = `https://rebinding.example:${new URL(url).port}/`
    guarded.checkUrl(new URL(target))
    await guarded.fetch(target).catch(() => {})
    expect(await failure(guarded.fetch(target))).toMatchObject({ code: 'MCP_POLICY_DENIED' })
    expect(asked.length).toBe(2)
    expect(requests()).toBe(0)
  })

  it('loopback, when it is allowed, also without TLS; other addresses still only with it', async () => {
    const { url } = await serve((_, response) => response.end('hello'))
    const guarded = guard({ loopback: 'allow', allowedNetworks: ['10.0.0.0/8'] })
    expect(await (await guarded.fetch(url)).text()).toBe('hello')
    expect(await (await guarded.fetch(url.replace('127.0.0.1', 'localhost'))).text()).toBe('hello')
    expect(await failure(guarded.fetch('http://10.0.0.1/'))).toMatchObject({ code: 'MCP_POLICY_DENIED' })
  })

  it('private networks that are allowed, and none beside them', () => {
    const guarded = guard({ allowedNetworks: ['10.20.0.0/16', 'fd00::/8'] })
    for (const url of ['https://10.20.3.4/', 'https://[fd12::1]/']) guarded.checkUrl(new URL(url))
    expect(() => guarded.checkUrl(new URL('https://10.21.0.1/'))).toThrow('not a public one')
  })

  it('hosts that are allowed, and none beside them', () => {
    const guarded = guard({ allowedHosts: ['API.example.com', '*.tools.example'] })
    for (const url of ['https://api.example.com/', 'https://api.example.com./', 'https://a.tools.example/']) {
      guarded.checkUrl(new URL(url))
    }
    for (const url of [
      'https://example.com/',
      'https://tools.example/',
      'https://eviltools.example/',
      'https://api.example.com.evil/',
    ]) {
      expect(() => guarded.checkUrl(new URL(url)), url).toThrow('not one of those allowed')
    }
  })

  it('a network that is none is INVALID_ARGUMENT', () => {
    expect(() => guardedFetch({ allowedNetworks: ['10.0.0.0/8', 'ten'] })).toThrow('allowedNetworks[1]')
  })

  it.each([
    ['the same host', 307, '/elsewhere'],
    ['itself', 302, '/'],
    ['another origin', 308, 'https://example.com/'],
    ['the cloud’s metadata', 301, 'http://169.254.169.254/latest'],
  ])('a redirect to %s is refused, and not followed', async (_, status, location) => {
    const { url, requests } = await serve((_, response) => response.writeHead(status, { location }).end())
    const error = await failure(guard({ loopback: 'allow' }).fetch(url))
    expect(error).toMatchObject({ code: 'MCP_POLICY_DENIED' })
    expect(requests()).toBe(1)
  })
})

describe('how much may come back', () => {
  it.each([
    ['60 MiB', {}, Buffer.alloc(60 * mebibyte, 'x')],
    ['60 MiB in 60 KiB of gzip', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(60 * mebibyte))],
    [
      'one event without an end',
      { 'content-type': 'text/event-stream' },
      Buffer.from(`data: ${'x'.repeat(11 * mebibyte)}`),
    ],
  ])('%s: cut off with MCP_RESULT_TOO_LARGE', async (_, headers, body) => {
    const { url } = await serve((_, response) => response.writeHead(200, headers).end(body))
    const response = await guard({ loopback: 'allow' }).fetch(url)
    expect(await failure(response.text())).toMatchObject({
      code: 'MCP_RESULT_TOO_LARGE',
      details: { maxBytes: 10 * mebibyte },
    })
  })

  it('a body of just the size allowed, and a stream of many events, pass', async () => {
    const event = `event: message\r\ndata: ${'x'.repeat(900)}\r\n\r\n`
    const { url } = await serve((request, response) => {
      if (request.url === '/stream')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event.repeat(20))
      else response.end('x'.repeat(1_000))
    })
    const { fetch } = guard({ loopback: 'allow', maxBodyBytes: 1_000 })
    expect(await (await fetch(url)).text()).toHaveLength(1_000)
    expect(await (await fetch(`${url}stream`)).text()).toHaveLength(20 * event.length)
  })

  it('an endless stream ends with its reader', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const timer = setInterval(() => response.write('data: x\n\n'), 5)
      response.on('close', () => clearInterval(timer))
    })
    const controller = new AbortController()
    const response = await guard({ loopback: 'allow' }).fetch(url, { signal: controller.signal })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    controller.abort(new Error('enough'))
    await expect(reader?.read().then(async () => await reader.read())).rejects.toThrow('enough')
  })

  it('two hundred requests leave no listener on the signal of the caller', async () => {
    const { url } = await serve((_, response) => response.end('hello'))
    const { fetch } = guard({ loopback: 'allow' })
    const { signal } = new AbortController()
    const listeners = countListeners(signal)
    for (let at = 0; at < 200; at++) await (await fetch(url, { signal })).text()
    await fetch('https://127.0.0.1/', { signal }).catch(() => {})
    expect(listeners()).toBe(0)
  })
})

describe('headers that are configured', () => {
  it.each([
    ['a line break in a value', { 'x-key': 'secret\r\nhost: evil' }],
    ['a bare line feed', { 'x-key': 'secret\nx' }],
    ['a NUL', { 'x-key': 'secret\0' }],
    ['an empty value', { 'x-key': '' }],
    ['a value with characters HTTP does not have', { 'x-key': 'secret→' }],
    ['a name with a colon', { 'x:y': 'secret' }],
    ['a name with a line break', { 'x\r\ny': 'secret' }],
    ['a header of the connection', { Host: 'secret' }],
    ['a header of the protocol', { 'Mcp-Session-Id': 'secret' }],
  ])('%s is MCP_CONFIG_INVALID, and shows no value', (_, headers) => {
    try {
      assertHeaders(headers as unknown as Record<string, string>)
      expect.unreachable()
    } catch (error) {
      expect(isSessError(error, 'MCP_CONFIG_INVALID')).toBe(true)
      expect(`${error}${JSON.stringify(error)}`).not.toContain('secret')
    }
  })

  it('ordinary ones pass', () => {
    assertHeaders({ Authorization: 'Bearer abc.def==', 'X-Api-Key': 'k', 'x-tenant': 'a b\tc' })
  })
})
