// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax that is tested.
import { isSessError } from '@sess/core'
import { assert, test } from 'vitest'
import { Candidates } from '../src/candidates.ts'
import { checkChosen } from '../src/check-chosen.ts'
import { Chosen } from '../src/chosen.ts'
import { parseText } from '../src/file/parse-text.ts'
import { substituteValues } from '../src/file/substitute-values.ts'
import { loadConfig } from '../src/index.ts'
import { Problems } from '../src/problems.ts'
import { readFileValues } from '../src/read-file-values.ts'
import { nowhere } from '../src/value.ts'
import { fileOf } from './loading.ts'

const files = process.env.SESS_TEST_LONG === '1' ? 50_000 : 2_000
const planted = 'zz9planted'

const seeds = [
  `store:\n  type: redis\n  redis:\n    addr: "cache:6379"\n    password: ${planted}\n    tls: { enabled: true }\n`,
  `session:\n  default_ttl: 24h\n  max_message_count: 1000\ncleanup: { enabled: true, interval: 1h, batch_size: 100 }\n`,
  `store:\n  redis:\n    cluster:\n      - redis://u:${planted}@n1\n      - redis://u:${planted}@n2:7000\nturns: { lease: 30s }\n`,
  `store: { type: mysql, mysql: { dsn: 'u:${planted}@tcp(h)/d', password: \${PASSWORD:-${planted}} } }\n`,
  `{"store": {"type": "memory", "memory": {"max_sessions": 10}}, "limits": {"bytes_per_message": "10MiB"}}`,
]
const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '? ',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!!str ',
    '!x ',
    '%',
    '#',
    '---\n',
    '...\n',
  ],
  ...[
    '\n',
    '\r\n',
    '\t',
    '  ',
    '\0',
    '\uFEFF',
    '\u2028',
    '\uD800',
    '${',
    '}',
    '${A}',
    '${A:-b}',
    '$${',
    '<<: ',
    '~',
    'null',
  ],
  ...[
    '__proto__: ',
    'constructor: ',
    '1e999',
    '-0',
    '.inf',
    '0x1F',
    '9'.repeat(400),
    'a'.repeat(2_000),
    '😀',
    '\\u0000',
  ],
]

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39)
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below
  }
}

function fuzzed(seed: number): string {
  const below = random(seed)
  let text = seeds[below(seeds.length)] ?? ''
  for (let change = below(4); change >= 0; change--) {
    const at = below(text.length + 1)
    const kind = below(5)
    const other = seeds[below(seeds.length)] ?? ''
    if (kind === 0) text = text.slice(0, at) + text.slice(at + below(12))
    else if (kind === 1) text = text.slice(0, at) + text.slice(at - below(40)).slice(0, 40) + text.slice(at)
    else if (kind === 2) text = text.slice(0, at) + other.slice(below(other.length))
    else if (kind === 3) text = text.slice(0, at) + String.fromCharCode(below(0x180)) + text.slice(at)
    else text = text.slice(0, at) + (pieces[below(pieces.length)] ?? '') + text.slice(at)
  }
  return text
}

/** What `loadConfig` does with a text. */
function read(text: string, format: 'json' | 'yaml'): void {
  const problems = new Problems()
  const candidates = new Candidates()
  const file = { file: 'fuzz', key: null, ...nowhere }
  const root = parseText(text, format, file, problems)
  if (root !== null) readFileValues(substituteValues(root, { A: 'a' }, file, problems), 'fuzz', candidates, problems)
  const chosen = new Chosen(candidates, problems)
  if (root !== null) checkChosen(chosen, problems)
  problems.throwIfAny()
}

test(`${files} damaged files: read, or refused in words that show no value`, { timeout: 170_000 }, () => {
  let taken = 0
  for (let seed = 1; seed <= files; seed++) {
    const text = fuzzed(seed)
    try {
      read(text, text.startsWith('{') ? 'json' : 'yaml')
      taken++
    } catch (error) {
      if (!isSessError(error, 'CONFIG_INVALID')) throw new Error(`seed ${seed}`, { cause: error })
      const { message, details } = error
      assert(!`${message}${JSON.stringify(details)}`.includes(planted), `seed ${seed} shows a secret: ${message}`)
      assert.isAbove(details.problems.length, 0)
    }
  }
  assert.isAbove(taken, files / 400, 'a few are still whole')
  assert.isBelow(taken, files / 2, 'most are damaged')
})

test('and through files', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const path = fileOf(fuzzed(seed), seed % 2 === 0 ? 'a.json' : 'a.yaml')
    const error = await loadConfig(path, {}).catch((reason: unknown) => reason)
    if (error instanceof Error) assert(isSessError(error, 'CONFIG_INVALID'), `seed ${seed}: ${error}`)
  }
})
