import type { JSX } from 'preact'
import { Avatar } from '../parts/avatar.tsx'
import { Icon } from '../parts/icon.tsx'
import { drawer } from '../state/drawer.ts'
import { agent, me, signOut } from '../state/me.ts'
import { telling } from '../state/notices.ts'
import { nextTheme, theme } from '../state/theme.ts'
import { NewSession } from './new-session.tsx'
import { SessionList } from './session-list.tsx'

/** Who is there, and what sessions they have. */
export function Sidebar(): JSX.Element | null {
  const person = me.value
  if (!person) return null
  return (
    <aside class="sidebar" aria-label="Sessions" data-open={drawer.value === 'sessions'}>
      <header class="person">
        <Avatar person={person} />
        <div class="grow">
          <strong>{person.name}</strong>
          <small>{person.organisation}</small>
        </div>
        <button type="button" class="quiet" aria-label={`Colours: ${theme.value}`} title="Colours" onClick={nextTheme}>
          <Icon name="theme" />
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="Be somebody else"
          title="Be somebody else"
          onClick={() => void telling(signOut())}
        >
          <Icon name="leave" />
        </button>
      </header>
      <NewSession />
      <SessionList />
      <footer class="foot">
        <small>Agent: {agent.value.description.split(';')[0]}</small>
      </footer>
    </aside>
  )
}
