import type { JSX } from 'preact'
import type { SessionView } from '../../src/web/views.ts'
import { Icon } from '../parts/icon.tsx'
import { StateBadge, TimeLeft } from '../parts/state-badge.tsx'
import { drawer } from '../state/drawer.ts'
import { telling } from '../state/notices.ts'
import { openId, showSession } from '../state/open-session.ts'
import { loadSessions, moreSessions, search, sessions, shownSessions } from '../state/sessions.ts'

/** The person's sessions with state and time left, and a search in them. */
export function SessionList(): JSX.Element {
  const isNothingFound = sessions.value.length > 0 && shownSessions.value.length === 0
  return (
    <>
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search sessions"
          placeholder="Search name or state"
          value={search.value}
          onInput={({ currentTarget }) => (search.value = currentTarget.value)}
        />
      </label>
      <ul class="session-list">
        {shownSessions.value.map((session) => (
          <Item session={session} key={session.id} />
        ))}
        {isNothingFound && <li class="empty">No session fits “{search.value}”.</li>}
        {sessions.value.length === 0 && <li class="empty">No sessions yet. Make one above.</li>}
        {moreSessions.value !== null && (
          <li>
            <button
              type="button"
              class="plain wide"
              onClick={() => void telling(loadSessions(moreSessions.value ?? ''))}
            >
              More
            </button>
          </li>
        )}
      </ul>
    </>
  )
}

function Item({ session }: { readonly session: SessionView }): JSX.Element {
  const isOpen = openId.value === session.id
  const show = (): void => {
    drawer.value = 'none'
    void telling(showSession(session))
  }
  return (
    <li>
      <button type="button" class="session" aria-current={isOpen ? 'true' : undefined} onClick={show}>
        <span class="name">{session.name}</span>
        <StateBadge session={session} />
        <TimeLeft session={session} />
        <small>
          {session.chatCount} {session.chatCount === 1 ? 'chat' : 'chats'}
        </small>
      </button>
    </li>
  )
}
