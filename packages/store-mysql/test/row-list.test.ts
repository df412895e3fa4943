import assert from 'node:assert/strict'
import { sharedDatabase } from '@sess/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { inject, test } from 'vitest'
import { applySettings } from '../src/connection/settings.ts'
import { RowList } from '../src/sql/row-list.ts'

test('row list: the server reads what was written, whatever quotes, backslashes and zeros are in it', async () => {
  const connection = await createConnection({ uri: await sharedDatabase(inject('testServers')) })
  await connection.query('create table kept (n bigint null, bytes blob null, text longblob null)')
  await applySettings({ send: ({ sql }: { readonly sql: string }) => connection.query(sql) } as never)
  const texts = [
    "'",
    "\\'",
    '\\',
    '\\\\',
    "''",
    '"',
    '\0',
    '\n\r\t\b\x1a',
    '%_?',
    'ä😀',
    `{"a":"it's \\"b\\" \\\\n"}`,
    '',
  ]
  const rows = texts.map((text, index) => [index - 1, Buffer.from([index, 0, 39, 92, 255]), text])
  await connection.query('insert into kept values ?', [new RowList([...rows, [null, null, null]])])
  const [found] = await connection.query<RowDataPacket[]>('select n, bytes, text from kept order by n is null, n')
  assert.deepEqual(
    found.map(({ n, bytes, text }) => [n, bytes, text === null ? null : text.toString('utf8')]),
    [...rows, [null, null, null]],
  )
  const [some] = await connection.query<RowDataPacket[]>('select n from kept where (n, bytes) in (?)', [
    new RowList(rows.slice(3, 5).map(([n = null, bytes = null]) => [n, bytes])),
  ])
  assert.deepEqual(some, [{ n: 2 }, { n: 3 }])
  await connection.end()
})

test('row list: a number that is none is refused', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => new RowList([[value]]).toSqlString(), RangeError)
})
