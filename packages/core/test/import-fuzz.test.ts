import { isSessError, type JsonValue, type Session, type SessionManager } from '@sess/core'
import { beforeAll, expect, test } from 'vitest'
import { DigestChain } from '../src/digest-chain.ts'
import { ada, collected, inPieces, newManager } from './one-session.ts'

const files = process.env.SESS_TEST_LONG === '1' ? 50_000 : 1_000
const seed = Number(process.env.SESS_TEST_SEED ?? Math.trunc(Math.random() * 0x7fffffff))

/** Numbers from 0 below 1, the same ones for the same seed: xorshift32. */
function randomFrom(start: number): () => number {
  let state = start | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0x100000000
  }
}

const random = randomFrom(seed)
const below = (limit: number): number => Math.floor(random() * limit)
const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value

let original: Buffer

beforeAll(async () => {
  const manager = newManager({ agent: async () => 'an answer' })
  const session = await manager.for(ada).createSession({
    ...{
      key: 'ticket-1',
      name: 'Größe 😀',
      tags: ['vip'],
      metadata: { n: 1 },
      context: { a: [1, { b: null }], c: 'd' },
    },
    ...{ systemPrompt: 'Be kind.', limits: { contextKeys: 10 }, expiry: { idleMs: 5_000_000, absoluteMs: null } },
  })
  const chat = await session.createChat({ name: 'General', key: 'general', agent: { model: 'large' } })
  await chat.addMessages([
    { id: 'first', role: 'user', content: 'Hello\n"world" 😀', metadata: { a: 1 } },
    { role: 'assistant', content: [{ type: 'tool-call', callId: 'c', name: 'search', input: { q: 1 } }] },
    { role: 'tool', content: [{ type: 'tool-result', callId: 'c', output: { ok: true }, isError: false }] },
    { role: 'assistant', content: 'Done', usage: { inputTokens: 3 } },
  ])
  await session.createChat({ maxMessages: 7, overflow: 'reject' })
  await session.sendMessage('Hi')
  original = await collected(session.export())
})

/** Values that a hand or a bug may put anywhere. */
const nasty: readonly (() => JsonValue | undefined)[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', 'x', '__proto__', '\ud800', '*', '../x'].map(
    (value) => () => value,
  ),
  () => 'x'.repeat(10_000),
  () => [],
  () => ({}),
  () => undefined,
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  () => JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`),
]

/** Changes one value somewhere in an object, or takes it away, or adds one. */
function spoil(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || random() < 0.15) return oneOf(nasty)() ?? null
  const copy = structuredClone(value) as Record<string, JsonValue | undefined>
  const keys = Object.keys(copy)
  if (keys.length === 0 || random() < 0.1) {
    copy[oneOf(['extra', 'seq', 'id', 'key', 'toString'])] = oneOf(nasty)() ?? null
    return copy as JsonValue
  }
  const key = oneOf(keys)
  if (random() < 0.1) delete copy[key]
  else copy[key] = spoil(copy[key] ?? null)
  return copy as JsonValue
}

function valueIn(line: string): JsonValue {
  try {
    return JSON.parse(line) as JsonValue
  } catch {
    return line
  }
}

/** The lines with a right end, as somebody who knows the format would write them. */
async function sealed(lines: readonly string[]): Promise<Buffer> {
  const chain = new DigestChain()
  for (const line of lines) await chain.add(`${line}\n`)
  const count = (type: string): number => lines.filter((line) => line.startsWith(`{"type":"${type}"`)).length
  const end = { type: 'end', chats: count('chat'), messages: count('message'), digest: await chain.end() }
  return Buffer.from([...lines, JSON.stringify(end)].map((line) => `${line}\n`).join(''))
}

const lineChanges: readonly ((lines: string[]) => readonly string[])[] = [
  (lines) => lines.toSpliced(below(lines.length), 1),
  (lines) => lines.toSpliced(below(lines.length), 0, oneOf(lines)),
  (lines) => lines.toSpliced(below(lines.length), 0, oneOf(['', '{}', 'null', '[]', '{"type":"end"}', '{', '"'])),
  (lines) => {
    const [a, b] = [below(lines.length), below(lines.length)]
    return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '')
  },
  (lines) => {
    const at = below(lines.length)
    return lines.with(at, JSON.stringify(spoil(valueIn(lines[at] ?? ''))))
  },
]

const byteChanges: readonly ((bytes: Buffer) => Buffer)[] = [
  (bytes) => bytes.subarray(0, below(bytes.length)),
  (bytes) => {
    const copy = Buffer.from(bytes)
    for (let count = 1 + below(4); count > 0; count--) copy[below(copy.length)] = below(256)
    return copy
  },
  (bytes) => Buffer.concat([bytes.subarray(0, below(bytes.length)), bytes.subarray(below(bytes.length))]),
  (bytes) => {
    const at = below(bytes.length)
    const junk = oneOf(['\0', '\n', '\r', '\ufeff', '\u2028', '{"', '}', '\\', '😀'])
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(junk), bytes.subarray(at)])
  },
]

/** A file that somebody spoiled, and whether its end was made right for it. */
async function spoiled(): Promise<{ readonly bytes: Buffer; readonly isSealed: boolean }> {
  if (random() < 0.4) return { bytes: oneOf(byteChanges)(original), isSealed: false }
  let lines: readonly string[] = original.toString().split('\n').slice(0, -2)
  for (let count = 1 + below(2); count > 0; count--) lines = oneOf(lineChanges)([...lines])
  return { bytes: await sealed(lines), isSealed: true }
}

async function nothingIn(manager: SessionManager): Promise<void> {
  expect(await manager.stats()).toMatchObject({ totalSessions: 0, users: 0, chats: 0, messages: 0 })
  // Sessions that are not complete, too.
  expect((await manager.health()).store.details).toMatchObject({ sessions: 0 })
}

/** What was taken is whole: it can be given out and taken again. */
async function isWhole(session: Session): Promise<Buffer> {
  const bytes = await collected(session.export())
  const again = await newManager().for(ada).importSession(inPieces(bytes), { ids: 'keep' })
  expect((await collected(again.export())).equals(bytes)).toBe(true)
  return bytes
}

test(`import: ${files} spoiled files are refused and leave nothing, or are whole (seed ${seed})`, async () => {
  const ended = { taken: 0, refused: 0 }
  for (let file = 0; file < files; file++) {
    const { bytes, isSealed } = await spoiled()
    const manager = newManager()
    const step = 1 + below(bytes.length + 1)
    const keep = random() < 0.5
    try {
      const session = await manager.for(ada).importSession(inPieces(bytes, step), keep ? { ids: 'keep' } : {})
      ended.taken++
      const back = await isWhole(session)
      // What nobody made right is taken only if nothing was changed in it.
      if (!isSealed && keep) expect(back.equals(original)).toBe(true)
    } catch (error) {
      if (!isSessError(error))
        throw new Error(`file ${file}: ${bytes.toString('latin1').slice(0, 2_000)}`, { cause: error })
      ended.refused++
      await nothingIn(manager)
    }
    expect(({} as Record<string, unknown>).polluted).toBe(undefined)
    await manager.close()
  }
  // Both happen, or the files are all too good or too bad.
  expect(ended.refused).toBeGreaterThan(files / 3)
  expect(ended.taken).toBeGreaterThan(files / 100)
}, 600_000)
