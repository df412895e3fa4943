import { type Kind, scalarKind } from './kind.ts'

export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): Kind {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`
  const limit = most === Number.MAX_SAFE_INTEGER ? {} : { maximum: most }
  const schema = {
    anyOf: [
      { type: 'integer', minimum: least, ...limit },
      { type: 'string', pattern: '^[0-9]+$' },
    ],
  }
  return scalarKind(`a whole number ${range}`, schema, (text) => {
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
    return Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined
  })
}
