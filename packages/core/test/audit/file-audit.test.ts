import { randomBytes } from 'node:crypto'
import { appendFile, chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@sess/core'
import { fileAudit, verifyAudit } from '@sess/core/audit'
import { expect, test } from 'vitest'
import { codeOf, errorOf } from '../failures.ts'
import { newManager } from '../managers.ts'
import { event, keys, linesIn, newFolder, options } from './audit-log.ts'

test('file audit: each event is one line, in order, after the one that begins the chain', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, options)
  await audit.record(event())
  await Promise.all([audit.record(event({ type: 'session-paused' })), audit.record(event({ type: 'session-resumed' }))])
  await audit.close()
  const [lines = []] = await linesIn(folder)
  const records = lines.map((line) => JSON.parse(line))
  expect(records.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'chain-started'],
    [2, 'session-created'],
    [3, 'session-paused'],
    [4, 'session-resumed'],
  ])
  expect(records[1]).toMatchObject({
    v: 1,
    chain: audit.chain,
    org: 'acme',
    session: event().sessionId,
    prev: records[0].mac,
  })
  expect(records[1].at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('file audit: files are for their owner alone, and nothing is made before the first event', async () => {
  const folder = join(await newFolder(), 'new', 'folder')
  const audit = fileAudit(folder, options)
  await expect(stat(folder)).rejects.toThrow('ENOENT')
  await audit.record(event())
  await audit.close()
  const [name = ''] = await readdir(folder)
  expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, name))).mode & 0o777]).toEqual([0o700, 0o600])
})

test('file audit: the next file is begun when one is large enough, and the chain goes on', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, maxFileBytes: 2_000 })
  for (let index = 0; index < 30; index++) await audit.record(event())
  await audit.close()
  const files = await linesIn(folder)
  expect(files.length).toBeGreaterThan(4)
  expect(await verifyAudit(folder, { keys })).toMatchObject({ ok: true, records: 31 })
})

test('file audit: a user is a pseudonym, the same for the same user, of the same organisation only', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, options)
  const marker = `user-${newId()}`
  const owners = [
    { orgId: 'acme', userId: marker },
    { orgId: 'acme', userId: marker },
    { orgId: 'other', userId: marker },
    { orgId: 'acmeu', userId: marker.slice(1) },
  ]
  for (const owner of owners) await audit.record(event({ owner }))
  await audit.close()
  const text = (await linesIn(folder)).flat().join('\n')
  expect(text).not.toContain(marker)
  const users = text
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line).user)
  expect(users[0]).toBe(users[1])
  expect(new Set(users).size).toBe(3)
})

test('file audit: without a pseudonym key a user is named', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, pseudonymKey: null })
  await audit.record(event())
  await audit.close()
  expect(JSON.parse((await linesIn(folder))[0]?.[1] ?? '').user).toBe('ada')
})

test.each([
  'a\nb',
  'a\r\nb',
  'a\u2028b',
  'a\u2029b',
  '\u001b[31mred',
  '\u009b31m',
  '\u007f',
  '","mac":"x"}',
  '__proto__',
])('file audit: %j in a name stays inside its line', async (text) => {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, pseudonymKey: null })
  await audit.record(event({ owner: { orgId: text, userId: text }, actor: text, details: { [text]: text } }))
  await audit.close()
  const [lines = []] = await linesIn(folder)
  expect(lines).toHaveLength(2)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(lines[1]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
  const record = JSON.parse(lines[1] ?? '')
  expect([record.org, record.user, record.actor, Object.keys(record.details)]).toEqual([text, text, text, [text]])
  expect((await verifyAudit(folder, { keys })).ok).toBe(true)
})

test('file audit: details that are too large are left out, and their size is kept', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, options)
  await audit.record(event({ details: { text: 'x'.repeat(5_000) } }))
  await audit.close()
  expect(JSON.parse((await linesIn(folder))[0]?.[1] ?? '').details).toEqual({ droppedBytes: 5_011 })
})

test('file audit: what the file system refuses is an error, leaves no half line, and the log says how many were lost', async () => {
  const folder = await newFolder()
  const blocked = join(folder, 'file')
  await writeFile(blocked, '')
  const audit = fileAudit(join(blocked, 'log'), options)
  const failures = await Promise.all([errorOf(audit.record(event())), errorOf(audit.record(event()))])
  for (const { code, details, cause } of failures) {
    expect([code, details]).toEqual(['AUDIT_FAILED', { event: 'session-created' }])
    expect((cause as NodeJS.ErrnoException).code).toMatch(/ENOTDIR|EEXIST/)
  }
  const { unlink } = await import('node:fs/promises')
  await unlink(blocked)
  await audit.record(event())
  await audit.close()
  const [lines = []] = await linesIn(join(blocked, 'log'))
  expect(lines.map((line) => JSON.parse(line)).map(({ type, details }) => [type, details.count])).toEqual([
    ['chain-started', undefined],
    ['records-lost', 2],
    ['session-created', undefined],
  ])
  expect((await verifyAudit(join(blocked, 'log'), { keys })).ok).toBe(true)
})

test('file audit: more events than may wait are refused at once, and counted', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, maxWaiting: 3 })
  // The first is being written; three may wait behind it.
  const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf(audit.record(event()))))
  expect(codes.filter((code) => code === 'AUDIT_FAILED').length).toBeGreaterThanOrEqual(2)
  await audit.record(event())
  await audit.close()
  const lost = (await linesIn(folder))
    .flat()
    .map((line) => JSON.parse(line))
    .find(({ type }) => type === 'records-lost')
  expect(lost.details.count).toBe(codes.filter((code) => code !== null).length)
})

test('file audit: close writes what waits; afterwards events are refused', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, options)
  const kept = Array.from({ length: 100 }, () => audit.record(event()))
  await audit.close()
  await audit.close()
  await Promise.all(kept)
  expect(await codeOf(audit.record(event()))).toBe('CLOSED')
  expect((await verifyAudit(folder, { keys })).records).toBe(101)
})

test('file audit: a symbolic link in the place of a file is not followed', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, options)
  const target = join(await newFolder(), 'target')
  await writeFile(target, 'mine')
  await symlink(target, join(folder, `${audit.chain}.000001.jsonl`))
  expect(await codeOf(audit.record(event()))).toBe('AUDIT_FAILED')
  expect(await readFile(target, 'utf8')).toBe('mine')
  await audit.close()
})

test('file audit: a new writer notes how far the others have got', async () => {
  const folder = await newFolder()
  const first = fileAudit(folder, options)
  await first.record(event())
  await first.close()
  const second = fileAudit(folder, options)
  await second.record(event())
  await second.close()
  const started = JSON.parse((await linesIn(folder))[1]?.[0] ?? '')
  const { heads } = await verifyAudit(folder, { keys })
  expect(started.details.heads).toEqual({ [first.chain]: [2, heads[first.chain]?.mac] })
})

test('file audit: a manager writes through it, and content never gets there', async () => {
  const folder = await newFolder()
  const audit = fileAudit(folder, options)
  const secret = `marker-${newId()}`
  const owner = { orgId: 'acme', userId: secret }
  const manager = newManager({ audit, agent: async () => secret })
  const session = await manager.for(owner).createSession({ name: secret, metadata: { secret }, tags: [secret] })
  await session.sendMessage(secret)
  await session.context.set(secret, secret)
  await session.delete()
  await manager.eraseUser(owner)
  await manager.close()
  await audit.close()
  const text = (await linesIn(folder)).flat().join('\n')
  expect(text).not.toContain(secret)
  expect(text.match(/"type":"([\w-]+)"/g)).toEqual(
    expect.arrayContaining(['"type":"turn-ended"', '"type":"user-erased"']),
  )
})

const badOptions: readonly (readonly [field: string, options: object])[] = [
  ['keys', { keys: {} }],
  ['keys', { keys: { 'a b': randomBytes(32) } }],
  ['keys.k1', { keys: { k1: randomBytes(16) } }],
  ['keys.k1', { keys: { k1: new Uint8Array(32) } }],
  ['keys.k1', { keys: { k1: 'x'.repeat(32) } }],
  ['activeKey', { activeKey: 'k9' }],
  ['pseudonymKey', { pseudonymKey: undefined }],
  ['pseudonymKey', { pseudonymKey: randomBytes(8) }],
  ['durability', { durability: 'never' }],
  ['maxFileBytes', { maxFileBytes: 0 }],
  ['maxWaiting', { maxWaiting: 1.5 }],
]

test.each(badOptions)('file audit: a wrong %s is INVALID_ARGUMENT: %o', (field, more) => {
  expect(() => fileAudit('folder', { ...options, ...more })).toThrow(expect.objectContaining({ details: { field } }))
})

test('file audit: a folder that cannot be read makes verifying fail, not succeed', async () => {
  await expect(verifyAudit(join(await newFolder(), 'missing'), { keys })).rejects.toThrow('ENOENT')
})

test('file audit: other files in the folder are left alone', async () => {
  const folder = await newFolder()
  await appendFile(join(folder, 'notes.txt'), 'hello')
  await mkdir(join(folder, 'sub'))
  await chmod(join(folder, 'notes.txt'), 0o600)
  expect(await verifyAudit(folder, { keys })).toMatchObject({ ok: true, records: 0, heads: {} })
})
