import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { drawer } from '../state/drawer.ts'
import { notify, telling } from '../state/notices.ts'
import { showSession } from '../state/open-session.ts'
import { createSession, importSession, sessions } from '../state/sessions.ts'

/** Makes a session, or takes one out of a file. */
export function NewSession(): JSX.Element {
  const name = useSignal('')
  const file = useRef<HTMLInputElement>(null)
  const create = async (event: Event): Promise<void> => {
    event.preventDefault()
    const session = await telling(createSession(name.value.trim() || `Session ${sessions.value.length + 1}`))
    if (session === undefined) return
    name.value = ''
    drawer.value = 'none'
    await telling(showSession(session))
  }
  const take = async (): Promise<void> => {
    const [chosen] = file.current?.files ?? []
    if (chosen === undefined) return
    const session = await telling(importSession(chosen))
    if (file.current !== null) file.current.value = ''
    if (session === undefined) return
    notify(`“${session.name}” was imported as a session of its own.`)
    await telling(showSession(session))
  }
  return (
    <form class="new-session" onSubmit={(event) => void create(event)}>
      <input
        aria-label="Name of the new session"
        placeholder="New session…"
        maxLength={80}
        value={name.value}
        onInput={({ currentTarget }) => (name.value = currentTarget.value)}
      />
      <button type="submit" class="primary" aria-label="Create session" title="Create session">
        <Icon name="plus" />
      </button>
      <button
        type="button"
        class="plain"
        aria-label="Import a session"
        title="Import a session"
        onClick={() => file.current?.click()}
      >
        <Icon name="import" />
      </button>
      <input
        ref={file}
        class="hidden"
        type="file"
        aria-label="Exported session"
        tabIndex={-1}
        onChange={() => void take()}
      />
    </form>
  )
}
