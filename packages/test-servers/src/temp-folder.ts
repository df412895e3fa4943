import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unwatch, watch } from './watchdog.ts'

/** Makes an empty folder that goes away with this process at the latest. */
export function makeTempFolder(kind: string): string {
  const folder = join(tmpdir(), `sess-${kind}-${randomUUID().slice(0, 13)}`)
  // Watched before it exists: there is no moment in which it could be left behind.
  watch(`folder ${folder}`)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

export async function removeTempFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  unwatch(`folder ${folder}`)
}
