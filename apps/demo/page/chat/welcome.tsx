import type { JSX } from 'preact'
import { Icon } from '../parts/icon.tsx'
import { drawer } from '../state/drawer.ts'
import { me } from '../state/me.ts'
import { telling } from '../state/notices.ts'
import { showSession } from '../state/open-session.ts'
import { createSession, sessions } from '../state/sessions.ts'

/** What is shown while no session is open. */
export function Welcome(): JSX.Element {
  const begin = async (): Promise<void> => {
    const session = await telling(createSession('My first session'))
    if (session !== undefined) await telling(showSession(session))
  }
  return (
    <div class="welcome">
      <button type="button" class="quiet narrow-only" aria-label="Sessions" onClick={() => (drawer.value = 'sessions')}>
        <Icon name="menu" />
      </button>
      <h1>Hello, {me.value?.name.split(' ')[0]}.</h1>
      <p>
        A <strong>session</strong> holds chats, context values, files and tools. It lives until it is closed or its time
        is over, and takes all of it along when it goes.
      </p>
      <button type="button" class="primary" onClick={() => void begin()}>
        Begin a session
      </button>
      {sessions.value.length > 0 && <p class="dim">Or go on with one of the list.</p>}
    </div>
  )
}
