import type { JSX } from 'preact'

interface BarsProps {
  readonly title: string
  readonly unit: string
  readonly values: readonly number[]
}

const width = 280
const height = 64

/** A bar for each value. Its text says what a picture can't say to everybody. */
export function Bars({ title, unit, values }: BarsProps): JSX.Element {
  const highest = Math.max(1, ...values)
  const step = width / Math.max(values.length, 12)
  const said = values.length === 0 ? 'nothing yet' : `from ${Math.min(...values)} to ${highest} ${unit}`
  return (
    <figure class="chart">
      <figcaption>
        {title} <small>{said}</small>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${said}`}>
        <line x1="0" y1={height - 0.5} x2={width} y2={height - 0.5} />
        {values.map((value, index) => {
          const bar = Math.max(value === 0 ? 0 : 2, (value / highest) * (height - 4))
          return (
            <rect key={index} x={index * step + 1} y={height - bar} width={Math.max(1, step - 2)} height={bar} rx="1.5">
              <title>{`${value} ${unit}`}</title>
            </rect>
          )
        })}
      </svg>
    </figure>
  )
}
