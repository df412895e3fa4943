import { appendFile, readdir, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { AuditChain, fileAudit, verifyAudit, verifyLines } from '@sess/core/audit'
import { describe, expect, test } from 'vitest'
import { changeLines, event, keys, linesIn, newFolder, options } from './audit-log.ts'

/** A log of one writer: the record that begins the chain, and nine events. */
async function newLog(more: object = {}): Promise<string> {
  const folder = await newFolder()
  const audit = fileAudit(folder, { ...options, ...more })
  for (let index = 0; index < 9; index++) await audit.record(event({ details: { index } }))
  await audit.close()
  return folder
}

async function problemOf(folder: string, more: Partial<Parameters<typeof verifyAudit>[1]> = {}): Promise<unknown> {
  const { ok, problems } = await verifyAudit(folder, { keys, ...more })
  expect(ok).toBe(problems.length === 0)
  return problems.map(({ kind, seq }) => `${kind} at ${seq}`).join()
}

test('verify: a log that nobody touched is right, and gives the head of each chain', async () => {
  const verdict = await verifyAudit(await newLog(), { keys })
  expect(verdict).toMatchObject({ ok: true, records: 10, problems: [], clockStepsBack: 0 })
  expect(Object.values(verdict.heads)).toEqual([{ seq: 10, mac: expect.stringMatching(/^[\w-]{43}$/) }])
})

const without = (index: number) => (lines: string[]) => lines.toSpliced(index, 1)
const moved = (from: number, to: number) => (lines: string[]) =>
  lines.toSpliced(from, 1).toSpliced(to, 0, lines[from] ?? '')

const harms: readonly (readonly [name: string, change: (lines: string[]) => readonly string[], problem: string])[] = [
  ['another outcome', (lines) => lines.with(4, (lines[4] ?? '').replace('"ok"', '"failed"')), 'edit at 5'],
  ['another user', (lines) => lines.with(4, (lines[4] ?? '').replace(/"user":"~/, '"user":"~x')), 'edit at 5'],
  ['a space', (lines) => lines.with(4, (lines[4] ?? '').replace(':', ': ')), 'edit at 5'],
  ['another mac', (lines) => lines.with(4, (lines[4] ?? '').replace(/.{4}"\}$/, 'AAAA"}')), 'edit at 5'],
  ['the first record', (lines) => lines.with(0, (lines[0] ?? '').replace('ok', 'failed')), 'edit at 1'],
  ['the last record', (lines) => lines.with(9, (lines[9] ?? '').replace('ok', 'failed')), 'edit at 10'],
  ['no JSON', (lines) => lines.with(4, 'hello'), 'edit at 5'],
  ['an empty line', (lines) => lines.toSpliced(4, 0, ''), 'edit at 5'],
  ['a line that was put in', (lines) => lines.toSpliced(4, 0, '{"v":1,"seq":5}'), 'edit at 5'],
  ['one taken away', without(4), 'gap at 5'],
  ['several taken away', (lines) => lines.toSpliced(2, 5), 'gap at 3'],
  ['the first taken away', without(0), 'gap at 1'],
  ['one moved down', moved(4, 7), 'reorder at 5'],
  ['one moved up', moved(7, 4), 'reorder at 5'],
  ['two swapped', (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''), 'reorder at 5'],
  ['one twice', (lines) => lines.toSpliced(5, 0, lines[4] ?? ''), 'reorder at 6'],
  ['an old one again at the end', (lines) => [...lines, lines[2] ?? ''], 'reorder at 11'],
  [
    'another key name',
    (lines) => lines.with(4, (lines[4] ?? '').replace('"kid":"k1"', '"kid":"k9"')),
    'unknown-key at 5',
  ],
]

test.each(harms)('verify: %s is told', async (_, change, problem) => {
  const folder = await newLog()
  await changeLines(folder, change)
  expect(await problemOf(folder)).toBe(problem)
})

test('verify: every byte of a line counts', async () => {
  const folder = await newLog()
  const [[, line = ''] = []] = await linesIn(folder)
  for (let index = 0; index < line.length; index++) {
    const other = line[index] === 'x' ? 'y' : 'x'
    const text = line.slice(0, index) + other + line.slice(index + 1)
    const { ok } = await verifyLines([{ chain: JSON.parse(line).chain, text, place: '' }], {
      keys,
      start: { [JSON.parse(line).chain]: { seq: 1, mac: JSON.parse(line).prev } },
    })
    expect(ok, `byte ${index}`).toBe(false)
  }
})

test('verify: the place is the file and the line', async () => {
  const folder = await newLog()
  await changeLines(folder, (lines) => lines.with(4, 'x'))
  const [name] = await readdir(folder)
  expect((await verifyAudit(folder, { keys })).problems).toMatchObject([{ place: `${name}:5` }])
})

describe('truncation', () => {
  test('an end that was cut off shows against an anchor', async () => {
    const folder = await newLog()
    const { heads } = await verifyAudit(folder, { keys })
    await changeLines(folder, (lines) => lines.slice(0, 6))
    expect(await problemOf(folder)).toBe('')
    expect(await problemOf(folder, { anchors: [heads] })).toBe('truncated at 7')
  })

  test('an end that was cut off shows if another writer began after it', async () => {
    const folder = await newLog()
    const second = fileAudit(folder, options)
    await second.record(event())
    await second.close()
    await changeLines(folder, (lines) => lines.slice(0, 6))
    expect(await problemOf(folder)).toBe('truncated at 7')
  })

  test('so does a chain that was taken away whole', async () => {
    const folder = await newLog()
    const second = fileAudit(folder, options)
    await second.record(event())
    await second.close()
    const [name = ''] = (await readdir(folder)).sort()
    await rm(join(folder, name))
    expect(await problemOf(folder)).toBe('truncated at 1')
  })

  test('a log that went on since the anchor is right', async () => {
    const folder = await newFolder()
    const audit = fileAudit(folder, options)
    await audit.record(event())
    const { heads } = await verifyAudit(folder, { keys })
    await audit.record(event())
    await audit.close()
    expect(await problemOf(folder, { anchors: [heads] })).toBe('')
  })

  test('a last line without its end was never acknowledged: its writer died, and the log is right without it', async () => {
    const folder = await newLog()
    const [name = ''] = await readdir(folder)
    await appendFile(join(folder, name), '{"v":1,"chain":"')
    expect(await verifyAudit(folder, { keys })).toMatchObject({ ok: true, records: 10 })
  })

  test('cut in the middle of a line that was acknowledged, it shows against an anchor', async () => {
    const folder = await newLog()
    const { heads } = await verifyAudit(folder, { keys })
    const [name = ''] = await readdir(folder)
    const text = (await linesIn(folder))[0]?.join('\n') ?? ''
    await truncate(join(folder, name), text.length - 20)
    expect(await problemOf(folder, { anchors: [heads] })).toBe('truncated at 10')
  })
})

describe('forks', () => {
  const chainOptions = { keys, activeKey: 'k1', pseudonymKey: null }
  const at = 1_700_000_000_000

  /** Two ends for one beginning, as somebody who has a key can write them. */
  function twoEnds() {
    const chain = new AuditChain(chainOptions)
    const begin = chain.seal([{ ...event(), at }])
    chain.advance(begin.head)
    const first = chain.seal([
      { ...event({ outcome: 'ok' }), at },
      { ...event(), at },
    ])
    const second = chain.seal([
      { ...event({ outcome: 'failed' }), at },
      { ...event(), at },
    ])
    return { id: chain.id, begin, first, second }
  }

  const asLines = (chain: string, lines: readonly string[]) =>
    lines.map((text, index) => ({ chain, text, place: `line ${index + 1}` }))

  test('both ends, one behind the other', async () => {
    const { id, begin, first, second } = twoEnds()
    const [ours = '', [theirs = '']] = [first.lines[0], second.lines]
    const { problems } = await verifyLines(asLines(id, [...begin.lines, ours, theirs]), { keys })
    expect(problems).toEqual([{ kind: 'fork', chain: id, seq: 3, place: 'line 3' }])
  })

  test('an end that does not follow from its beginning', async () => {
    const { id, begin, first, second } = twoEnds()
    const lines = asLines(id, [...begin.lines, first.lines[0] ?? '', second.lines[1] ?? ''])
    expect((await verifyLines(lines, { keys })).problems).toMatchObject([{ kind: 'fork', seq: 3 }])
  })

  test('a chain that was written anew shows against an anchor', async () => {
    const { id, begin, first, second } = twoEnds()
    const lines = asLines(id, [...begin.lines, ...second.lines])
    expect((await verifyLines(lines, { keys })).ok).toBe(true)
    const anchors = [{ [id]: first.head }]
    expect((await verifyLines(lines, { keys, anchors })).problems).toMatchObject([{ kind: 'fork', seq: 3 }])
  })

  test('a record of another chain, however well sealed, does not belong here', async () => {
    const one = new AuditChain(chainOptions)
    const other = new AuditChain(chainOptions)
    const { lines } = other.seal([{ ...event(), at }])
    expect((await verifyLines(asLines(one.id, lines), { keys })).problems).toMatchObject([{ kind: 'reorder', seq: 1 }])
  })
})

describe('keys', () => {
  test('another key does not verify', async () => {
    expect(await problemOf(await newLog(), { keys: { k1: keys['k2'] as Uint8Array } })).toBe('edit at 1')
  })

  test('writers with different keys stand beside each other, and both verify', async () => {
    const folder = await newLog()
    const second = fileAudit(folder, { ...options, activeKey: 'k2' })
    await second.record(event())
    await second.close()
    expect(await problemOf(folder)).toBe('')
    expect(await problemOf(folder, { keys: { k2: keys['k2'] as Uint8Array } })).toBe('unknown-key at 1')
  })
})

describe('files that were put away', () => {
  test('a log goes on from the heads it was verified to', async () => {
    const folder = await newFolder()
    const audit = fileAudit(folder, { ...options, maxFileBytes: 1 })
    for (let index = 0; index < 9; index++) await audit.record(event())
    const { heads } = await verifyAudit(folder, { keys })
    for (const name of await readdir(folder)) await rm(join(folder, name))
    for (let index = 0; index < 9; index++) await audit.record(event())
    await audit.close()
    expect(await problemOf(folder)).toBe('gap at 1')
    expect(await problemOf(folder, { start: heads })).toBe('')
    // An anchor from before is met by what was put away.
    expect(await problemOf(folder, { start: heads, anchors: [heads] })).toBe('')
  })
})

test('verify: a clock that was set back is counted, and nothing else', async () => {
  const chain = new AuditChain({ keys, activeKey: 'k1', pseudonymKey: null })
  const times = [1_700_000_000_000, 1_700_000_003_000, 1_699_996_400_000, 1_699_996_401_000]
  const { lines } = chain.seal(times.map((at) => ({ ...event(), at })))
  const verdict = await verifyLines(
    lines.map((text) => ({ chain: chain.id, text, place: '' })),
    { keys },
  )
  expect(verdict).toMatchObject({ ok: true, clockStepsBack: 1 })
})

test('verify: hostile lines are edits, whatever they hold', async () => {
  const hostile = [
    'null',
    '[]',
    '{}',
    '{"v":1,"mac":"x"}',
    `{"v":1,"kid":"__proto__","mac":"${'A'.repeat(43)}"}`,
    '\u0000',
    'x'.repeat(1e6),
  ]
  for (const text of hostile) {
    const { ok, problems } = await verifyLines([{ chain: 'c', text, place: '' }], { keys })
    expect([ok, problems[0]?.seq]).toEqual([false, 1])
  }
})
