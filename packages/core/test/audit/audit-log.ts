import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from '@sess/core'
import type { FileAuditOptions } from '@sess/core/audit'
import { onTestFinished } from 'vitest'

export const keys: Readonly<Record<string, Uint8Array>> = { k1: randomBytes(32), k2: randomBytes(32) }
export const options: FileAuditOptions = {
  keys,
  activeKey: 'k1',
  pseudonymKey: randomBytes(32),
  // Tests of what is written need no disk that turns.
  durability: 'system',
}

/** A folder that is gone after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sess-audit-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export function event(more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    type: 'session-created',
    owner: { orgId: 'acme', userId: 'ada' },
    actor: null,
    sessionId: '01890000-0000-7000-8000-000000000000',
    chatId: null,
    outcome: 'ok',
    at: Date.now(),
    details: {},
    ...more,
  }
}

/** The lines of the log, file by file. */
export async function linesIn(folder: string): Promise<string[][]> {
  const names = (await readdir(folder)).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.map((text) => text.split('\n').slice(0, -1))
}

/** Changes the lines of the only file, or of the one with this index. */
export async function changeLines(
  folder: string,
  change: (lines: string[]) => readonly string[],
  file = 0,
): Promise<void> {
  const name = (await readdir(folder)).sort()[file] ?? ''
  const lines = (await readFile(join(folder, name), 'utf8')).split('\n').slice(0, -1)
  await writeFile(
    join(folder, name),
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}
