import { openCursor, pageLimit, sealCursor } from '@sess/core'
import { expect, test } from 'vitest'
import { ada, codeAndDetails, failure, newManager, newSession, present } from './one-session.ts'

const invalid = ['CURSOR_INVALID', { field: 'cursor' }]

test('cursor: it opens to the position that was sealed', () => {
  const position = [29_000_000, '0190-😀-"ö"', 0, -1.5, '']
  expect(openCursor('list', sealCursor('list', position))).toEqual(position)
})

test('cursor: it can stand in a URL as it is', () => {
  for (let index = 0; index < 200; index++) expect(sealCursor('list', [index, 'ÿ?>'])).toMatch(/^[\w-]+$/)
})

test('cursor: of another list it is invalid', async () => {
  const cursor = sealCursor('["listSessions","acme","ada"]', [1, 'x'])
  expect(await codeAndDetails(() => openCursor('["listSessions","acme","bob"]', cursor))).toEqual(invalid)
})

test('cursor: with any character changed, lost or added it is invalid', async () => {
  const cursor = sealCursor('list', [29_000_000, 'abc'])
  for (let index = 0; index < cursor.length; index++) {
    for (const character of ['A', 'B', 'z', '0', '_', '-', '']) {
      const damaged = `${cursor.slice(0, index)}${character}${cursor.slice(index + 1)}`
      if (damaged === cursor) continue
      expect(await codeAndDetails(() => openCursor('list', damaged)), damaged).toEqual(invalid)
    }
  }
  for (const damaged of [`${cursor}A`, `${cursor}=`, ` ${cursor}`, `${cursor}\n`])
    expect(await codeAndDetails(() => openCursor('list', damaged)), damaged).toEqual(invalid)
})

test.each([[''], ['!'], ['A'], ['/../'], ['x'.repeat(10_000)], [5], [null], [{}]])(
  'cursor: %j is invalid',
  async (cursor) => {
    expect(await codeAndDetails(() => openCursor('list', cursor as string))).toEqual(invalid)
  },
)

test.each([['not json'], ['{"a":1}'], ['null'], ['[null]'], ['[{"a":1}]'], ['"text"']])(
  'cursor: one that was forged around %s is invalid, with its checksum right',
  async (body) => {
    expect(await codeAndDetails(() => openCursor('list', forged('list', body)))).toEqual(invalid)
  },
)

test('cursor: the forgery of these tests is one', () => {
  expect(openCursor('list', forged('list', '[1,"x"]'))).toEqual([1, 'x'])
})

test.each([[0], [-1], [1.5], [201], [Number.NaN], [Number.POSITIVE_INFINITY], ['20'], [null]])(
  'cursor: a page of %j is INVALID_ARGUMENT',
  async (limit) => {
    expect(await codeAndDetails(() => pageLimit(limit as number))).toEqual(['INVALID_ARGUMENT', { field: 'limit' }])
  },
)

test('cursor: a page has 20 items unless it is told, up to 200', () => {
  expect([pageLimit(undefined), pageLimit(1), pageLimit(200)]).toEqual([20, 1, 200])
})

test('cursor: a list of sessions refuses the cursor of another user, order, filter and kind of list', async () => {
  const manager = newManager()
  const sessions = manager.for(ada)
  for (let index = 0; index < 3; index++) await sessions.createSession({ tags: ['a'] })
  const cursor = present((await sessions.listSessions({}, { limit: 1 })).nextCursor)
  const [session] = (await sessions.listSessions({}, { limit: 1, cursor })).items
  const attempts = [
    () => manager.for({ orgId: 'acme', userId: 'bob' }).listSessions({}, { cursor }),
    () => manager.listSessions({}, { cursor }),
    () => sessions.listSessions({ order: 'active' }, { cursor }),
    () => sessions.listSessions({ tag: 'a' }, { cursor }),
    () => present(session).listChats({ cursor }),
  ]
  for (const attempt of attempts) expect(await codeAndDetails(attempt)).toEqual(invalid)
})

test('cursor: a list of chats refuses the cursor of another session', async () => {
  const session = await newSession()
  await session.createChat()
  await session.createChat()
  const cursor = present((await session.listChats({ limit: 1 })).nextCursor)
  const other = await newSession()
  expect((await failure(() => other.listChats({ cursor }))).code).toBe('CURSOR_INVALID')
  expect((await session.listChats({ cursor })).items).toHaveLength(1)
})

function forged(scope: string, body: string): string {
  let hash = 0x811c9dc5
  for (const unit of Array.from(`${scope}\n${body}`, (character) => character.charCodeAt(0)))
    hash = Math.imul(hash ^ unit, 0x01000193)
  return Buffer.from((hash >>> 0).toString(16).padStart(8, '0') + body).toString('base64url')
}
