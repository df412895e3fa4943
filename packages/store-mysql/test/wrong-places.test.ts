import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { isSessError } from '@sess/core'
import { test } from 'vitest'
import { MysqlStore } from '../src/index.ts'

async function assertRefused(url: string, sentence: RegExp): Promise<void> {
  const store = new MysqlStore({ url, timeoutMs: 2000 })
  try {
    const [outcome] = await Promise.allSettled([store.open()])
    assert.equal(outcome.status, 'rejected', 'it was opened')
    const error: unknown = outcome.reason
    assert.ok(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
    assert.match(error.message, sentence)
    assert.equal(error.details.outcome, 'not-written')
    assert.ok(!inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }).includes('wonder-secret'))
  } finally {
    await store.close()
  }
}

test(
  'a host that does not resolve is said',
  () => assertRefused('mysql://ada:wonder-secret@nowhere.invalid/app', /^MySQL cannot be reached: .*nowhere\.invalid$/),
  15_000,
)

test('a port of something else does not answer in time', async () => {
  const http = createServer((_, response) => response.end('hello'))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  await assertRefused(`mysql://ada:wonder-secret@127.0.0.1:${port}/app`, /^MySQL did not answer in time$/)
  http.closeAllConnections()
  http.close()
}, 15_000)
