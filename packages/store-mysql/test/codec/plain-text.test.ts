import { randomBytes } from 'node:crypto'
import type { Codec } from '@sess/core'
import { encrypted, json, KeyRing } from '@sess/core/codec'
import { startMariadb } from '@sess/test-servers'
import { Markers, plantMarkers } from '@sess/testkit'
import { expect, test } from 'vitest'
import { MysqlStore } from '../../src/index.ts'

/** Markers in the tables, logs and all else of a server that was given all of them, and then shut down cleanly. */
async function markersOnDisk(codec: Codec | undefined): Promise<{ readonly planted: number; readonly found: number }> {
  const server = await startMariadb()
  const store = new MysqlStore({ url: await server.database(), codec })
  const markers = new Markers()
  try {
    await plantMarkers(store, markers)
    await store.close()
    await server.restart()
    return { planted: markers.count, found: markers.foundIn(server.dataDir) }
  } finally {
    await store.close()
    await server.stop()
  }
}

test('no words of a user are in the files of MySQL, and without a codec all are', { timeout: 120_000 }, async () => {
  const ring = new KeyRing({ keys: { k1: randomBytes(32) }, active: 'k1' })
  const encryptedFiles = await markersOnDisk(encrypted(json(), ring))
  expect(encryptedFiles.planted).toBeGreaterThanOrEqual(1_000)
  expect(encryptedFiles.found).toBe(0)
  const plainFiles = await markersOnDisk(undefined)
  // Pages may also have pieces of one that was moved.
  expect(plainFiles.found).toBeGreaterThanOrEqual(plainFiles.planted)
})
