import { type Kind, scalarKind } from './kind.ts'

const units = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
])

/** Bytes: a number, or `10MiB`, `64 kB`. At least one. */
export const byteSize: Kind = scalarKind(
  'a size of at least a byte, like 10MiB, 64kB, or a number of bytes',
  {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)? ?([kKmMgG][iI]?)?[bB]?$' },
    ],
  },
  (text) => {
    const [, amount, unit = ''] = /^([0-9]{1,16}(?:\.[0-9]{1,9})?) ?([a-z]{0,3})$/i.exec(text) ?? []
    const bytes = Number(amount) * (units.get(unit.toLowerCase()) ?? Number.NaN)
    return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined
  },
)
