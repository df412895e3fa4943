import type { JSX } from 'preact'
import type { ServerView } from '../../src/web/views.ts'
import { api } from '../state/api.ts'
import { telling } from '../state/notices.ts'

/** Servers that come with the demo. */
const ready = ['files', 'everything']
/** As editors keep them; the hub's policy refuses this one. */
const example = '{ "mcpServers": { "shell": { "command": "bash", "args": ["-c", "id"] } } }'

interface AddServerProps {
  readonly path: string
  readonly present: readonly ServerView[]
  readonly onAdded: () => Promise<void>
}

/** Gives the session a server: one of the demo's, or one of an editor's file. */
export function AddServer({ path, present, onAdded }: AddServerProps): JSX.Element {
  const add = async (body: object): Promise<void> => {
    await telling(api('POST', `${path}/servers`, body))
    await onAdded()
  }
  const paste = (event: SubmitEvent): void => {
    event.preventDefault()
    const json = new FormData(event.currentTarget as HTMLFormElement).get('json')
    void add({ json: String(json) })
  }
  return (
    <div class="row wrap">
      {ready
        .filter((id) => !present.some((server) => server.id === id))
        .map((id) => (
          <button type="button" class="chip" key={id} onClick={() => void add({ ready: id })}>
            + {id}
          </button>
        ))}
      <details class="grow paste">
        <summary>Add from JSON</summary>
        <form onSubmit={paste}>
          <textarea name="json" aria-label="Servers as JSON" rows={3} defaultValue={example} />
          <button type="submit" class="plain small">
            Add
          </button>
        </form>
      </details>
    </div>
  )
}
