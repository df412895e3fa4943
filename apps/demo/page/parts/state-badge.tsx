import type { JSX } from 'preact'
import type { SessionView } from '../../src/web/views.ts'
import { duration, now } from '../state/clock.ts'

/** The state of a session, in a word and a colour. */
export function StateBadge({ session }: { readonly session: SessionView }): JSX.Element {
  const state = isExpired(session) ? 'expired' : session.status
  return (
    <span class="badge" data-state={state}>
      {state}
    </span>
  )
}

/** How long the session has left. */
export function TimeLeft({ session }: { readonly session: SessionView }): JSX.Element {
  const { expiresAt } = session
  if (expiresAt === null) return <span class="time">never expires</span>
  const leftMs = expiresAt - now.value
  return (
    <span class="time" data-soon={leftMs < 120_000}>
      {leftMs <= 0 ? 'no time left' : `${duration(leftMs)} left`}
    </span>
  )
}

function isExpired({ expiresAt }: SessionView): boolean {
  return expiresAt !== null && expiresAt <= now.value
}
