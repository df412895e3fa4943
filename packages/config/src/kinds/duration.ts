import { type Kind, scalarKind } from './kind.ts'

/** Milliseconds of each unit. */
const units = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

const part = '[0-9]+(?:\\.[0-9]+)?(?:ns|us|µs|ms|s|m|h|d|w)'
const whole = new RegExp(`^${part}(?: ?${part})*$`)
const parts = /([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d|w)/g

/**
 * A duration in milliseconds: `24h`, `1d12h`, `1h30m`, `1.5s`.
 *
 * A number without a unit counts nanoseconds, since that is what Go writes into JSON. Only whole seconds are taken, so that
 * who meant seconds or milliseconds learns of it.
 */
export function duration(leastMs = 1): Kind {
  const least = leastMs === 1 ? '' : ` of at least ${leastMs / 1_000}s`
  const schema = {
    anyOf: [
      { type: 'integer', multipleOf: 1e9, minimum: 1e9 },
      { type: 'string', pattern: whole.source },
    ],
  }
  return scalarKind(
    `a duration${least} with its unit, like 30s, 24h or 1d12h`,
    schema,
    (text) => {
      const lengthMs = Math.floor(/^[0-9]{1,20}$/.test(text) ? fromNanoseconds(text) : fromUnits(text))
      return lengthMs >= leastMs && lengthMs <= longestMs ? lengthMs : undefined
    },
    'Ms',
  )
}

/** Ten thousand years, as in core. */
const longestMs = 315_360_000_000_000

function fromNanoseconds(text: string): number {
  return /[1-9][0-9]*0{9}$/.test(text) ? Number(text.slice(0, -9)) * 1_000 : Number.NaN
}

function fromUnits(text: string): number {
  if (text.length > 100 || !whole.test(text)) return Number.NaN
  let sumMs = 0
  for (const [, amount, unit] of text.matchAll(parts)) sumMs += Number(amount) * (units.get(unit ?? '') ?? Number.NaN)
  return sumMs
}
