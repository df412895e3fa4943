import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@sess/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chosenAgent } from '../src/chosen-agent.ts'
import type { Problem } from '../src/web/problem.ts'
import type { PageEvent } from '../src/web/routes/chats.ts'
import { startWebServer, type WebServer } from '../src/web/web-server.ts'
import { HttpClient } from './http-client.ts'

const pageFolder = mkdtempSync(join(tmpdir(), 'sess-page-'))
const agent = chosenAgent({})
let server: WebServer

beforeAll(async () => {
  mkdirSync(join(pageFolder, 'assets'))
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html>')
  writeFileSync(join(pageFolder, 'assets/a.js'), '0')
  // Four users would have too few chats otherwise.
  const environment = { SESSION_LIMITS_SESSIONS_PER_USER: '60', SESSION_LIMITS_CHATS_PER_SESSION: '3' }
  server = await startWebServer({ agent, pageFolder, port: 0, environment })
})

afterAll(async () => {
  await server.close()
  rmSync(pageFolder, { recursive: true })
})

function as(person: string): HttpClient {
  return new HttpClient(server.url, person)
}

async function problem(answer: Promise<Response>): Promise<Problem> {
  return (await (await answer).json()) as Problem
}

describe('who may come in', () => {
  test('without a person every route answers 401, as a problem', async () => {
    const response = await fetch(new URL('api/sessions', server.url))
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ type: 'urn:sess:signed-out', status: 401, code: 'SIGNED_OUT' })
  })

  test('another name for this server is refused', async () => {
    expect(await statusOf('GET', '/people', { host: 'evil.example' })).toBe(421)
  })

  test('a body that is too large is refused before it is read', async () => {
    const cookie = 'sess-demo-person=ada'
    expect(await statusOf('POST', '/sessions', { cookie, 'content-length': '2000000' })).toBe(413)
    expect(await statusOf('POST', '/sessions/import', { cookie, 'content-length': '200000000' })).toBe(413)
  })

  test.each([
    ['an origin of another site', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a request that the browser calls foreign', { 'sec-fetch-site': 'cross-site' }],
  ])('%s is refused', async (_, headers) => {
    const response = await as('ada').fetch('POST', '/sessions', { name: 'x' }, headers)
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([403, 'ORIGIN_REFUSED'])
  })

  test('the page is served with a strict policy, and nothing beside it', async () => {
    const page = await fetch(server.url)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect((await fetch(new URL('assets/a.js', server.url))).headers.get('cache-control')).toContain('immutable')
    expect((await fetch(new URL('assets/..%2f..%2fetc/passwd', server.url))).status).toBe(404)
  })

  test('the owner is who signed in: nothing of another user can be reached or changed', async () => {
    const { session, chat } = await as('ada').begin('Private')
    const tries: (readonly [string, string, unknown?])[] = [
      ['GET', session],
      ['PATCH', session, { name: 'mine now' }],
      ['POST', `${session}/pause`],
      ['GET', `${session}/export`],
      ['GET', `${session}/chats`],
      ['POST', `${session}/chats`, { name: 'x', systemPrompt: '', model: '' }],
      ['POST', `${chat}/activate`],
      ['GET', `${chat}/events`],
      ['GET', `${chat}/messages`],
      ['POST', `${chat}/messages`, { id: 'x', text: 'x', owner: { orgId: 'acme', userId: 'ada' } }],
      ['POST', `${chat}/messages/regenerate`, { replaces: 1 }],
      ['POST', `${chat}/messages/stop`],
      ['GET', `${chat}/prompt`],
      ['GET', `${chat}/figures`],
      ['GET', `${session}/context`],
      ['PUT', `${session}/context/x`, { value: 1 }],
      ['DELETE', `${session}/context/x`],
      ['GET', `${session}/servers`],
      ['POST', `${session}/servers`, { ready: 'files' }],
      ['GET', `${session}/servers/tools`],
      ['DELETE', `${session}/servers/files`],
      ['GET', `${session}/files`],
      ['GET', `${session}/files/todo.md`],
      ['DELETE', `${session}/files/todo.md`],
    ]
    for (const person of ['alan', 'ben'])
      for (const [method, path, body] of tries) {
        const told = await problem(as(person).fetch(method, path, body))
        expect([method, path, told.status, told.code]).toEqual([method, path, 404, 'SESSION_NOT_FOUND'])
      }
    await as('ben').ask('DELETE', session)
    expect(await as('ada').ask('GET', session)).toMatchObject({ name: 'Private', status: 'active' })
  })
})

describe('errors are problems with the codes of sess', () => {
  test.each([
    ['a wrong body', 'POST', '/sessions', '{', 400, 'INVALID_ARGUMENT'],
    ['a field that is missing', 'POST', '/sessions', {}, 400, 'INVALID_ARGUMENT'],
    ['a session that is not there', 'GET', '/sessions/nowhere', undefined, 404, 'SESSION_NOT_FOUND'],
    ['a wrong cursor', 'GET', '/sessions?cursor=x', undefined, 400, 'CURSOR_INVALID'],
    ['an address that is none', 'GET', '/nowhere', undefined, 404, 'ROUTE_NOT_FOUND'],
    ['a file that is no export', 'POST', '/sessions/import', 'no', 422, 'IMPORT_INVALID'],
  ])('%s', async (_, method, path, body, status, code) => {
    expect(await problem(as('grace').fetch(method, path, body))).toMatchObject({ status, code })
  })

  test('a limit tells its number, a pause its session', async () => {
    const grace = as('grace')
    const { session, chat } = await grace.begin()
    for (const name of ['b', 'c']) await grace.ask('POST', `${session}/chats`, { name, systemPrompt: '', model: '' })
    const more = grace.fetch('POST', `${session}/chats`, { name: 'd', systemPrompt: '', model: '' })
    expect(await problem(more)).toMatchObject({ status: 409, code: 'CHAT_LIMIT_REACHED', details: { limit: 3 } })
    const long = grace.fetch('POST', `${chat}/messages`, { id: 'long', text: 'x'.repeat(40_000) })
    expect(await problem(long)).toMatchObject({ status: 413, code: 'TOO_LARGE', details: { maxBytes: 32_768 } })
    await grace.ask('POST', `${session}/pause`)
    const paused = grace.fetch('POST', `${chat}/messages`, { id: 'x', text: 'x' })
    expect(await problem(paused)).toMatchObject({ status: 409, code: 'SESSION_PAUSED' })
  })

  test('a program that the policy does not allow is no server', async () => {
    const { session } = await as('grace').begin()
    const json = '{ "mcpServers": { "shell": { "command": "bash", "args": ["-c", "id"] } } }'
    expect(await problem(as('grace').fetch('POST', `${session}/servers`, { json }))).toMatchObject({
      status: 403,
      code: 'MCP_POLICY_DENIED',
    })
  })
})

describe('an answer', () => {
  test('goes on without anybody who looks, and whoever comes back sees it grow', async () => {
    const ben = as('ben')
    const { session, chat } = await ben.begin()
    await ben.ask('PATCH', chat, { name: 'Calm', systemPrompt: '', model: 'offline-calm' })
    await ben.ask('POST', `${chat}/messages`, { id: 'q', text: 'Repeat: one two three four five six seven eight.' })
    const before = await eventsUntil(ben.events(chat), (event) => event.type === 'text')
    // That page is gone; another one comes.
    const after = await eventsUntil(ben.events(chat), (event) => event.type === 'turn-ended')
    expect(before[0]).toMatchObject({ type: 'snapshot', messages: [{ id: 'q' }] })
    expect(after[0]).toMatchObject({ type: 'snapshot', messages: [{ id: 'q' }] })
    const [snapshot] = after
    const known = snapshot?.type === 'snapshot' ? (snapshot.turn?.text ?? '') : ''
    expect(known).toMatch(/^one/)
    const rest = after.map((event) => (event.type === 'text' ? event.text : '')).join('')
    expect(`${known}${rest}`).toBe('one two three four five six seven eight.')
    const messages = await ben.ask<Message[]>('GET', `${chat}/messages`)
    expect(messages.map(({ content }) => content)).toEqual([
      expect.anything(),
      'one two three four five six seven eight.',
    ])
    await ben.ask('DELETE', session)
  })

  test('is stopped, kept, and had again', async () => {
    const ben = as('ben')
    const { chat } = await ben.begin()
    await ben.ask('PATCH', chat, { name: 'Calm', systemPrompt: '', model: 'offline-calm' })
    const events = ben.events(chat)
    const seen = eventsUntil(events, (event) => event.type === 'turn-ended')
    await ben.ask('POST', `${chat}/messages`, { id: 'q', text: 'Repeat: one two three four five six seven eight.' })
    await expect.poll(async () => (await ben.ask<Message[]>('GET', `${chat}/messages`)).length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await ben.ask('POST', `${chat}/messages/stop`)).toEqual({ stopped: true })
    expect((await seen).at(-1)).toMatchObject({ type: 'turn-ended', problem: { code: 'TURN_INTERRUPTED' } })
    expect((await ben.ask<Message[]>('GET', `${chat}/messages`))[1]).toMatchObject({ interrupted: true })

    await ben.ask('PATCH', chat, { name: 'Brisk', systemPrompt: '', model: 'offline-instant' })
    const again = eventsUntil(ben.events(chat), (event) => event.type === 'turn-ended')
    await ben.ask('POST', `${chat}/messages/regenerate`, { replaces: 1 })
    await again
    const messages = await ben.ask<Message[]>('GET', `${chat}/messages`)
    expect(messages.map(({ id, content }) => [id === 'q', content])).toEqual([
      [false, expect.anything()],
      [false, 'one two three four five six seven eight.'],
    ])
  })

  test('a message that is said differently takes its place', async () => {
    const ben = as('ben')
    const { chat } = await ben.begin()
    for (const [id, text] of [
      ['a', 'My name is Ben.'],
      ['b', 'The budget is 5 euros.'],
    ] as const) {
      const ended = eventsUntil(ben.events(chat), (event) => event.type === 'turn-ended')
      await ben.ask('POST', `${chat}/messages`, { id, text })
      await ended
    }
    const ended = eventsUntil(ben.events(chat), (event) => event.type === 'turn-ended')
    await ben.ask('POST', `${chat}/messages`, { id: 'c', text: 'The budget is 9 euros.', replaces: 3 })
    const events = await ended
    const shown = events.flatMap((event) => (event.type === 'snapshot' ? [event.messages.map(({ id }) => id)] : []))
    expect(shown.some((ids) => !ids.includes('b'))).toBe(true)
    const messages = await ben.ask<Message[]>('GET', `${chat}/messages`)
    expect(messages.filter(({ role }) => role === 'user').map(({ id }) => id)).toEqual(['a', 'c'])
  })
})

describe('a session', () => {
  test('is exported and comes back as one of its own', async () => {
    const alan = as('alan')
    const { session, chat } = await alan.begin('Moved')
    await alan.ask('PUT', `${session}/context/cart`, { value: { items: ['spade'] } })
    const ended = eventsUntil(alan.events(chat), (event) => event.type === 'turn-ended')
    await alan.ask('POST', `${chat}/messages`, { id: 'a', text: 'My name is Alan.' })
    await ended
    const exported = await (await alan.fetch('GET', `${session}/export`)).text()
    const copy = await alan.ask<{ id: string; name: string }>('POST', '/sessions/import', exported)
    expect(copy.name).toBe('Moved')
    expect(`/sessions/${copy.id}`).not.toBe(session)
    expect(await alan.ask('GET', `/sessions/${copy.id}/context`)).toEqual([
      { key: 'cart', value: { items: ['spade'] } },
    ])
  })

  test('its trail is kept, and the log is as it was written', async () => {
    const alan = as('alan')
    const { session } = await alan.begin()
    await alan.ask('POST', `${session}/pause`)
    const trail = await alan.ask<{ type: string; owner: object }[]>('GET', '/audit')
    expect(trail.map(({ type }) => type)).toEqual(expect.arrayContaining(['session-created', 'session-paused']))
    expect(trail.every(({ owner }) => JSON.stringify(owner).includes('alan'))).toBe(true)
    expect(await alan.ask('GET', '/audit/verdict')).toMatchObject({ ok: true, problems: 0 })
  })
})

test('200 chats stream at the same time', async () => {
  const people = ['ada', 'alan', 'ben', 'grace']
  const chats = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const client = as(people[index % people.length] ?? 'ada')
      const paths = await client.begin(`Load ${index}`)
      // The pace of a model: at a greater one, those who read along would be measured, in this same process.
      await client.ask('PATCH', paths.chat, { name: 'Calm', systemPrompt: '', model: 'offline-calm' })
      return { client, ...paths }
    }),
  )
  const firstMs: number[] = []
  await Promise.all(
    chats.map(async ({ client, chat }, index) => {
      const text = `Repeat: this is the answer of chat number ${index} and of no other.`
      let sentAt = 0
      let said = ''
      for await (const event of client.events(chat)) {
        if (event.type === 'snapshot' && sentAt === 0) {
          sentAt = performance.now()
          void client.ask('POST', `${chat}/messages`, { id: 'q', text })
        }
        if (event.type === 'text') {
          if (said === '') firstMs.push(performance.now() - sentAt)
          said += event.text
        }
        if (event.type === 'turn-ended') {
          expect(event.problem).toBeNull()
          break
        }
      }
      expect(said).toBe(text.slice('Repeat: '.length))
    }),
  )
  expect(firstMs).toHaveLength(200)
  const sorted = firstMs.toSorted((a, b) => a - b)
  process.stdout.write(
    `200 streaming chats: first token after ${sorted[100]?.toFixed(0)} ms (median), ${sorted[189]?.toFixed(0)} ms (95 %)\n`,
  )
}, 60_000)

/** The status of a request with headers that `fetch` would not send; its body never comes. */
async function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const sent = request(new URL(`api${path}`, server.url), { method, headers })
  sent.flushHeaders()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  sent.on('error', () => {})
  sent.destroy()
  return response.statusCode
}

/** The events until one is the last. */
async function eventsUntil(
  events: AsyncIterable<PageEvent>,
  isLast: (event: PageEvent) => boolean,
): Promise<readonly PageEvent[]> {
  const seen: PageEvent[] = []
  for await (const event of events) {
    seen.push(event)
    if (isLast(event)) return seen
  }
  throw new Error(`the events ended with ${JSON.stringify(seen.at(-1))}`)
}
