import type { JSX } from 'preact'
import { Dialog } from './dialog.tsx'

interface NameDialogProps {
  readonly title: string
  readonly name: string
  /** The new name, or null if there is none. */
  readonly onDone: (name: string | null) => void
}

/** Asks for a name. */
export function NameDialog({ title, name, onDone }: NameDialogProps): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const wanted = new FormData(event.currentTarget as HTMLFormElement).get('name')
    onDone(typeof wanted === 'string' && wanted.trim() !== '' ? wanted.trim() : null)
  }
  return (
    <Dialog title={title} onClose={() => onDone(null)}>
      <form onSubmit={submit}>
        <label class="field">
          Name
          <input name="name" defaultValue={name} maxLength={80} required />
        </label>
        <div class="row end">
          <button type="submit" class="primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
