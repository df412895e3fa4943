import { execFileSync } from 'node:child_process'
import { type FileHandle, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileAudit, verifyAudit } from '@sess/core/audit'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { codeOf } from '../failures.ts'
import { event, keys, linesIn, newFolder, options } from './audit-log.ts'

/** All file handles have these methods from it. */
async function handlePrototype(): Promise<FileHandle> {
  const handle = await open(import.meta.filename, 'r')
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}

function eio(): Error {
  return Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
}

async function typesIn(folder: string): Promise<readonly string[][]> {
  return (await linesIn(folder)).map((lines) => lines.map((line) => JSON.parse(line).type))
}

test('file audit: if neither the sync nor the way back succeeds, the lines stay, and no place is taken twice', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, durability: 'disk' })
  await audit.record(event())
  const first = audit.chain
  const prototype = await handlePrototype()
  const sync = vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(eio())
  const back = vi.spyOn(prototype, 'truncate').mockRejectedValueOnce(eio())
  onTestFinished(() => {
    sync.mockRestore()
    back.mockRestore()
  })
  expect(await codeOf(audit.record(event({ type: 'session-paused' })))).toBe('AUDIT_FAILED')
  await audit.record(event({ type: 'session-resumed' }))
  await audit.close()
  expect(back).toHaveBeenCalledTimes(1)
  expect(await typesIn(folder)).toEqual([
    ['chain-started', 'session-created', 'session-paused'],
    ['chain-started', 'records-lost', 'session-resumed'],
  ])
  const { ok, problems, heads } = await verifyAudit(folder, { keys })
  expect([ok, problems]).toEqual([true, []])
  // Only what is known to be kept is noted: what stands behind it may be gone after a crash of the machine.
  const started = JSON.parse((await linesIn(folder))[1]?.[0] ?? '')
  expect(started.details.heads[first][0]).toBe(2)
  expect(heads[first]?.seq).toBe(3)
  const [name = ''] = await readdir(folder)
  const text = await readFile(join(folder, name), 'utf8')
  await truncate(join(folder, name), text.split('\n').slice(0, 2).join('\n').length + 1)
  expect((await verifyAudit(folder, { keys })).ok).toBe(true)
})

test('file audit: while nothing can be written, no try leaves a file', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, durability: 'disk' })
  const sync = vi.spyOn(await handlePrototype(), 'datasync').mockRejectedValue(eio())
  onTestFinished(() => sync.mockRestore())
  for (let tries = 0; tries < 5; tries++) expect(await codeOf(audit.record(event()))).toBe('AUDIT_FAILED')
  expect(await readdir(folder)).toEqual([])
  sync.mockRestore()
  await audit.record(event())
  await audit.close()
  expect(await typesIn(folder)).toEqual([['chain-started', 'records-lost', 'session-created']])
})

/** A file system that is soon full, null where none may be mounted. */
let small: string | null = null

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sess-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' })
    small = folder
  } catch {
    await rm(folder, { recursive: true })
  }
})

afterAll(async () => {
  if (small === null) return
  execFileSync('umount', [small])
  await rm(small, { recursive: true })
})

test('file audit: on a full disk events are refused, and it goes on once there is room', async (context) => {
  if (small === null) return context.skip('only root may mount a small file system')
  const folder = join(small, 'log')
  const filler = join(small, 'filler')
  const audit = fileAudit(folder, { ...options, durability: 'disk' })
  await audit.record(event())
  await writeFile(filler, '')
  // Whatever room there is, so that a batch is cut off in its midst.
  for (let bytes = 4_096; bytes >= 4_096; ) {
    bytes = await writeFile(filler, Buffer.alloc(bytes), { flag: 'a' }).then(
      () => bytes,
      () => 0,
    )
  }
  const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(audit.record(event()))))
  expect(codes).toContain('AUDIT_FAILED')
  const kept = codes.filter((code) => code === null).length
  expect((await verifyAudit(folder, { keys })).ok).toBe(true)
  await rm(filler)
  await audit.record(event({ type: 'session-closed' }))
  await audit.close()
  const { ok, problems } = await verifyAudit(folder, { keys })
  expect([ok, problems]).toEqual([true, []])
  const records = (await linesIn(folder)).flat().flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []))
  expect(records.filter(({ type }) => type === 'session-created').length).toBeGreaterThanOrEqual(1 + kept)
  expect(records.find(({ type }) => type === 'records-lost')?.details.count).toBe(100 - kept)
  expect(records.at(-1).type).toBe('session-closed')
})
