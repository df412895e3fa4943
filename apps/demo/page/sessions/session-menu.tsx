import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { SessionView } from '../../src/web/views.ts'
import { confirmed } from '../parts/confirm.tsx'
import { Icon } from '../parts/icon.tsx'
import { NameDialog } from '../parts/name-dialog.tsx'
import { notify, telling } from '../state/notices.ts'
import { closeSession } from '../state/open-session.ts'
import { actOn, deleteSession, renameSession, type SessionAction } from '../state/sessions.ts'

/** What is seldom done with a session. */
export function SessionMenu({ session }: { readonly session: SessionView }): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null)
  const isRenaming = useSignal(false)
  const { id, name, status } = session
  const choose = (work: () => unknown) => () => {
    if (menu.current !== null) menu.current.open = false
    void work()
  }
  const act = (action: SessionAction) => choose(() => telling(actOn(id, action)))
  const close = choose(async () => {
    if (await confirmed(`“${name}” takes no more messages then. It can be read until it expires.`, 'Close it'))
      await telling(actOn(id, 'close'))
  })
  const remove = choose(async () => {
    if (!(await confirmed(`“${name}” goes with all its chats, files and servers.`, 'Delete it'))) return
    closeSession()
    await telling(deleteSession(id))
    notify(`“${name}” is gone.`)
  })
  return (
    <details ref={menu} class="menu">
      <summary class="quiet" aria-label="More for this session" title="More">
        <Icon name="more" />
      </summary>
      <div class="menu-list">
        <button type="button" onClick={choose(() => (isRenaming.value = true))}>
          Rename…
        </button>
        {status !== 'closed' && (
          <button type="button" onClick={act('extend')}>
            An hour from now
          </button>
        )}
        <a href={`/api/sessions/${id}/export`} download onClick={choose(() => {})}>
          Export
        </a>
        {(status === 'active' || status === 'paused') && (
          <button type="button" onClick={act('archive')}>
            Archive
          </button>
        )}
        {status !== 'closed' && (
          <button type="button" onClick={close}>
            Close…
          </button>
        )}
        <button type="button" class="bad" onClick={remove}>
          Delete…
        </button>
      </div>
      {isRenaming.value && (
        <NameDialog
          title="Rename the session"
          name={name}
          onDone={(wanted) => {
            isRenaming.value = false
            if (wanted !== null) void telling(renameSession(id, wanted))
          }}
        />
      )}
    </details>
  )
}
