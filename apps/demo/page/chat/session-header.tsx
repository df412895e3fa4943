import type { JSX } from 'preact'
import type { SessionView } from '../../src/web/views.ts'
import { Icon } from '../parts/icon.tsx'
import { StateBadge, TimeLeft } from '../parts/state-badge.tsx'
import { SessionMenu } from '../sessions/session-menu.tsx'
import { drawer } from '../state/drawer.ts'
import { telling } from '../state/notices.ts'
import { actOn, type SessionAction } from '../state/sessions.ts'

/** What leads on from a state: the one button that is always in sight. */
const mainAction: Partial<Record<SessionView['status'], readonly [SessionAction, string, 'pause' | 'play']>> = {
  active: ['pause', 'Pause', 'pause'],
  paused: ['resume', 'Resume', 'play'],
  archived: ['restore', 'Restore', 'play'],
}

/** Name, state and time left of the open session, and what can be done with it. */
export function SessionHeader({ session }: { readonly session: SessionView }): JSX.Element {
  const [action, label, icon] = mainAction[session.status] ?? []
  return (
    <header class="session-header">
      <button type="button" class="quiet narrow-only" aria-label="Sessions" onClick={() => (drawer.value = 'sessions')}>
        <Icon name="menu" />
      </button>
      <div class="title">
        <h1>{session.name}</h1>
        <StateBadge session={session} /> <TimeLeft session={session} />
      </div>
      {action !== undefined && icon !== undefined && (
        <button type="button" class="plain" onClick={() => void telling(actOn(session.id, action))}>
          <Icon name={icon} /> <span class="label">{label}</span>
        </button>
      )}
      <SessionMenu session={session} />
      <button
        type="button"
        class="quiet middle-only"
        aria-label="What is inside"
        onClick={() => (drawer.value = 'panel')}
      >
        <Icon name="panel" />
      </button>
    </header>
  )
}
