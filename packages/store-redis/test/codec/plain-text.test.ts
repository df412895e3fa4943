import { randomBytes } from 'node:crypto'
import type { Codec } from '@sess/core'
import { encrypted, json, KeyRing } from '@sess/core/codec'
import { askRedis, startRedis } from '@sess/test-servers'
import { Markers, plantMarkers } from '@sess/testkit'
import { expect, test } from 'vitest'
import { RedisStore } from '../../src/index.ts'

/** Markers in the snapshot and in the append-only file of a server that was given all of them. */
async function markersOnDisk(codec: Codec | undefined): Promise<{ readonly planted: number; readonly found: number }> {
  const server = await startRedis({ durability: 'always', args: ['--rdbcompression', 'no'] })
  const store = new RedisStore({ url: server.url, codec })
  const markers = new Markers()
  try {
    await plantMarkers(store, markers)
    await askRedis(server.port, 'SAVE')
    return { planted: markers.count, found: markers.foundIn(server.dataDir) }
  } finally {
    await store.close()
    await server.stop()
  }
}

test('no words of a user are in the files of Redis, and without a codec all are', { timeout: 60_000 }, async () => {
  const ring = new KeyRing({ keys: { k1: randomBytes(32) }, active: 'k1' })
  const encryptedFiles = await markersOnDisk(encrypted(json(), ring))
  expect(encryptedFiles.planted).toBeGreaterThanOrEqual(1_000)
  expect(encryptedFiles.found).toBe(0)
  const plainFiles = await markersOnDisk(undefined)
  expect(plainFiles.found).toBe(plainFiles.planted)
})
