import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { SessionView } from '../../src/web/views.ts'
import { confirmed } from '../parts/confirm.tsx'
import { Menu } from '../parts/menu.tsx'
import { NameDialog } from '../parts/name-dialog.tsx'
import { notify, telling } from '../state/notices.ts'
import { closeSession } from '../state/open-session.ts'
import { actOn, deleteSession, renameSession, type SessionAction } from '../state/sessions.ts'

/** What is seldom done with a session. */
export function SessionMenu({ session }: { readonly session: SessionView }): JSX.Element {
  const isRenaming = useSignal(false)
  const { id, name, status } = session
  const act = (action: SessionAction) => () => void telling(actOn(id, action))
  const close = async (): Promise<void> => {
    if (await confirmed(`“${name}” takes no more messages then. It can be read until it expires.`, 'Close it'))
      await telling(actOn(id, 'close'))
  }
  const remove = async (): Promise<void> => {
    if (!(await confirmed(`“${name}” goes with all its chats, files and servers.`, 'Delete it'))) return
    closeSession()
    if ((await telling(deleteSession(id).then(() => true))) === true) notify(`“${name}” is gone.`)
  }
  const rename = (wanted: string | null): void => {
    isRenaming.value = false
    if (wanted !== null) void telling(renameSession(id, wanted))
  }
  return (
    <>
      <Menu label="More for this session">
        <button type="button" onClick={() => (isRenaming.value = true)}>
          Rename…
        </button>
        {status !== 'closed' && (
          <button type="button" onClick={act('extend')}>
            An hour from now
          </button>
        )}
        <a href={`/api/sessions/${id}/export`} download>
          Export
        </a>
        {(status === 'active' || status === 'paused') && (
          <button type="button" onClick={act('archive')}>
            Archive
          </button>
        )}
        {status !== 'closed' && (
          <button type="button" onClick={() => void close()}>
            Close…
          </button>
        )}
        <button type="button" class="bad" onClick={() => void remove()}>
          Delete…
        </button>
      </Menu>
      {isRenaming.value && <NameDialog title="Rename the session" name={name} onDone={rename} />}
    </>
  )
}
