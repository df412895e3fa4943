import { expect, test } from 'vitest'
import { folderName, ownerFolderName } from '../../src/workspace/folder-name.ts'

const hostileIds: readonly string[] = [
  ...[
    '.',
    '..',
    '...',
    '../x',
    '../../x',
    '/',
    '/etc',
    'a/b',
    'a\\b',
    '..\\x',
    'a\0b',
    '\0',
    'a\nb',
    '\r',
    ' ',
    'a ',
    ' a',
    'a.',
    '.a',
  ],
  ...[
    '%2e%2e',
    '%2e%2e%2f',
    '．．',
    '。',
    '‥',
    '~',
    '~x',
    '-rf',
    '_',
    '--',
    '*',
    '?',
    'a:b',
    'C:',
    'c:\\x',
    '$HOME',
    '`id`',
    ';',
    '|',
  ],
  ...[
    'con',
    'CON',
    'nul',
    'com1',
    'lpt9',
    'Ada',
    'ADA',
    'ada\u212a',
    '\u212a',
    'é',
    'e\u0301',
    'ı',
    'ß',
    '💥',
    '\u202eada',
    '\ufeff',
  ],
  ...[
    'x'.repeat(65),
    'x'.repeat(255),
    'x'.repeat(256),
    'ü'.repeat(128),
    `~${'a'.repeat(52)}`,
    '__proto__',
    'constructor.x',
    '.trash',
  ],
]

test(`${hostileIds.length} hostile ids become names that are harmless on every file system, each another`, () => {
  const names = hostileIds.map(folderName)
  for (const name of names) expect(name).toMatch(/^~[a-z2-7]{52}$/)
  expect(new Set(names).size).toBe(hostileIds.length)
})

for (const id of ['ada', 'a', '7', 'a-b_c', 'x'.repeat(64), 'console', '01a213b0-e4fa-70d1-90a8-8b505fa389d5'])
  test(`the plain id ${id.slice(0, 40)} is its own name`, () => expect(folderName(id)).toBe(id))

test('the hash is the SHA-256 of the UTF-8 in base32 of RFC 4648, so that others can find a folder', () => {
  // printf '%s' ADA | openssl sha256 -binary | base32 | tr -d = | tr A-Z a-z
  expect(folderName('ADA')).toBe('~rik75kniragcetpdgzw25qutzursgef6xr4arbgfd32zgvcl262a')
})

test('10,000 owners of awkward ids have 10,000 folders, whatever the case', () => {
  const parts = ['a', 'b', '.', '~', 'A', '/', 'ab', 'a.b', '-', '']
  const ids = Array.from(
    { length: 100 },
    (_, index) => `${parts[index % 10]}${parts[Math.floor(index / 10)]}x${index % 7}`,
  )
  const unique = [...new Set(ids)]
  const names = unique.flatMap((orgId) => unique.map((userId) => ownerFolderName({ orgId, userId }, null)))
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(unique.length ** 2)
  expect(names.filter((name) => !/^[a-z0-9_~-]+\.[a-z0-9_~-]+$/.test(name))).toEqual([])
})

test('the default organisation is left out of the name, and no other owner gets that name', () => {
  expect(ownerFolderName({ orgId: 'main', userId: 'ada' }, 'main')).toBe('ada')
  expect(ownerFolderName({ orgId: 'acme', userId: 'ada' }, 'main')).toBe('ada.acme')
  expect(ownerFolderName({ orgId: 'acme', userId: 'ada.main' }, 'main')).not.toBe('ada')
})
