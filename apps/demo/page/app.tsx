import type { JSX } from 'preact'
import { ChatView } from './chat/chat-view.tsx'
import { Welcome } from './chat/welcome.tsx'
import { Panel } from './panel/panel.tsx'
import { Notices } from './parts/notices.tsx'
import { PersonPicker } from './sessions/person-picker.tsx'
import { Sidebar } from './sessions/sidebar.tsx'
import { drawer } from './state/drawer.ts'
import { announced } from './state/live.ts'
import { me } from './state/me.ts'
import { openSession } from './state/open-session.ts'

/** The page: who is there, their sessions, the open chat, and what is behind it. */
export function App(): JSX.Element {
  if (me.value === undefined) return <Notices />
  if (me.value === null)
    return (
      <>
        <PersonPicker />
        <Notices />
      </>
    )
  const isOpen = openSession.value !== null
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('composer')?.focus()}>
        To the message box
      </button>
      <div class="frame" data-drawer={drawer.value}>
        <Sidebar />
        <main class="main">{isOpen ? <ChatView /> : <Welcome />}</main>
        {isOpen && <Panel />}
        {drawer.value !== 'none' && (
          <button type="button" class="veil" aria-label="Close the drawer" onClick={() => (drawer.value = 'none')} />
        )}
      </div>
      <Notices />
      <p class="hidden" aria-live="polite">
        {announced.value}
      </p>
    </>
  )
}
