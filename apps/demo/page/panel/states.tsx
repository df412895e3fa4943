import type { SessionStatus } from '@sess/core'
import type { JSX } from 'preact'

const order: readonly SessionStatus[] = ['active', 'paused', 'archived', 'closed']
const width = 280

/** How many sessions are in which state: one bar, as wide as all of them. */
export function States({ counts }: { readonly counts: Readonly<Record<SessionStatus, number>> }): JSX.Element {
  const all = order.reduce((sum, state) => sum + counts[state], 0)
  const said = order.map((state) => `${counts[state]} ${state}`).join(', ')
  let x = 0
  return (
    <figure class="chart states">
      <svg viewBox={`0 0 ${width} 14`} role="img" aria-label={said}>
        {order.map((state) => {
          const part = all === 0 ? 0 : (counts[state] / all) * width
          x += part
          return (
            <rect key={state} data-state={state} x={x - part} y="0" width={Math.max(0, part - 1)} height="14" rx="3" />
          )
        })}
      </svg>
      <figcaption class="row wrap">
        {order.map((state) => (
          <span class="key" data-state={state} key={state}>
            {counts[state]} {state}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
