import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { send } from '../state/sending.ts'

interface EditMessageProps {
  readonly seq: number
  readonly text: string
  readonly onClose: () => void
}

/** Says a message differently: the chat goes back to before it, and on from there. */
export function EditMessage({ seq, text, onClose }: EditMessageProps): JSX.Element {
  const draft = useSignal(text)
  const save = (event: Event): void => {
    event.preventDefault()
    if (draft.value.trim() === '') return
    onClose()
    void send(draft.value.trim(), seq)
  }
  return (
    <li class="message" data-role="user">
      <form class="edit" onSubmit={save}>
        <textarea
          aria-label="The message, to be said differently"
          rows={3}
          value={draft.value}
          onInput={({ currentTarget }) => (draft.value = currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && onClose()}
        />
        <small class="dim">What came after it is removed.</small>
        <div class="row end">
          <button type="button" class="plain" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Send again
          </button>
        </div>
      </form>
    </li>
  )
}
