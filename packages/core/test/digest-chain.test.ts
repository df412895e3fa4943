import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { DigestChain } from '../src/digest-chain.ts'

/** Where a block ends, in UTF-16 units. */
const blockLength = 65_536

const lines = ['{"a":1}\n', '{"b":"é😀"}\n', '\n', '{"c":null}\n', '{"a":1,"d":2}\n']

async function digestOf(parts: readonly string[]): Promise<string> {
  const chain = new DigestChain()
  for (const part of parts) await chain.add(part)
  return await chain.end()
}

/** The digest after blocks, as its definition says. */
function expected(...blocks: readonly string[]): string {
  let digest: Uint8Array = new Uint8Array(32)
  for (const block of blocks) digest = createHash('sha256').update(digest).update(block).digest()
  return Buffer.from(digest).toString('hex')
}

test('digest: the same lines give the same digest, 64 hex digits in lower case', async () => {
  expect(await digestOf(lines)).toBe(await digestOf(lines))
  expect(await digestOf(lines)).toMatch(/^[0-9a-f]{64}$/)
})

test('digest: it is SHA-256 over the one before and the block', async () => {
  expect(await digestOf(lines)).toBe(expected(lines.join('')))
  expect(await digestOf([])).toBe(expected(''))
})

test('digest: two chains at once do not mix', async () => {
  const [first, second] = [new DigestChain(), new DigestChain()]
  await first.add('a\n')
  await second.add('b\n')
  await first.add('c\n')
  expect([await first.end(), await second.end()]).toEqual([await digestOf(['a\n', 'c\n']), await digestOf(['b\n'])])
})

test('digest: any character that changes changes it', async () => {
  const whole = await digestOf(lines)
  const seen = new Set([whole])
  const text = lines.join('')
  for (let index = 0; index < text.length; index++)
    seen.add(await digestOf([`${text.slice(0, index)}#${text.slice(index + 1)}`]))
  expect(seen.size).toBe(text.length + 1)
})

test('digest: any line that is lost, doubled or in another place changes it', async () => {
  const variants = lines.flatMap((line, index) => [
    lines.toSpliced(index, 1),
    lines.toSpliced(index, 0, line),
    ...lines.flatMap((_, to) => (to > index ? [lines.with(index, lines[to] ?? '').with(to, line)] : [])),
  ])
  const digests = await Promise.all(variants.map(digestOf))
  expect(digests).not.toContain(await digestOf(lines))
  expect(new Set(digests).size).toBe(new Set(variants.map((variant) => variant.join(''))).size)
})

test('digest: how the text of one block was cut into pieces does not matter', async () => {
  const text = lines.join('')
  for (const length of [1, 2, 3, 7, 1_000]) {
    const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
      text.slice(index * length, (index + 1) * length),
    )
    // A piece may cut a surrogate pair in two: only the whole block is encoded.
    expect(await digestOf(pieces)).toBe(expected(text))
  }
  expect(await digestOf(['', text, ''])).toBe(expected(text))
})

test.each<readonly [number, (first: string, second: string) => readonly string[]]>([
  [blockLength - 3, (first, second) => [first + second]],
  // What is left for the end is nothing, and is hashed all the same.
  [blockLength - 2, (first, second) => [first + second, '']],
  [blockLength - 1, (first, second) => [first + second, '']],
  [blockLength, (first, second) => [first, second]],
  [blockLength + 1, (first, second) => [first, second]],
  [3 * blockLength, (first, second) => [first, second]],
])('digest: the blocks of a line of %i units and a short one', async (length, blocks) => {
  const [first, second] = [`${'x'.repeat(length - 1)}\n`, 'y\n'] as const
  expect(await digestOf([first, second])).toBe(expected(...blocks(first, second)))
})

test('digest: a block ends with the line that fills it', async () => {
  const line = `${'x'.repeat(9_999)}\n`
  expect(await digestOf(new Array(15).fill(line))).toBe(expected(line.repeat(7), line.repeat(7), line))
})

test('digest: lines at the edge of a block may not change places', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `${index}\n`)
  const digest = await digestOf(many)
  let units = 0
  const edge = many.findIndex((line) => {
    units += line.length
    return units >= blockLength
  })
  for (const index of [0, edge - 1, edge, edge + 1, many.length - 2]) {
    const swapped = many.with(index, many[index + 1] ?? '').with(index + 1, many[index] ?? '')
    expect(await digestOf(swapped)).not.toBe(digest)
  }
  expect(await digestOf(many.slice(0, -1))).not.toBe(digest)
  expect(await digestOf(many.slice(edge + 1))).not.toBe(digest)
})

test('digest: a file of 30 MB takes time for its blocks, not for each of its lines', async () => {
  const lineCount = 100_000
  const line = `${'é'.repeat(149)}\n`
  const { digest } = crypto.subtle
  let calls = 0
  crypto.subtle.digest = async (...args) => {
    calls++
    return await digest.apply(crypto.subtle, args)
  }
  try {
    const chain = new DigestChain()
    for (let count = 0; count < lineCount; count++) await chain.add(line)
    expect(await chain.end()).toHaveLength(64)
  } finally {
    crypto.subtle.digest = digest
  }
  expect(calls).toBe(Math.floor(lineCount / Math.ceil(blockLength / line.length)) + 1)
})
