import type { JSX } from 'preact'
import type { ContextEntry } from '../../src/web/views.ts'
import { Icon } from '../parts/icon.tsx'
import { api } from '../state/api.ts'
import { notify, telling } from '../state/notices.ts'
import { useFresh } from './use-fresh.ts'

/** The session's context values: JSON by key, for all its chats and the agent. */
export function ContextPanel({ path }: { readonly path: string }): JSX.Element {
  const { value: entries, problem, reload } = useFresh(() => api<ContextEntry[]>('GET', `${path}/context`))
  const keyPath = (key: string): string => `${path}/context/${encodeURIComponent(key)}`
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const data = new FormData(form)
    const [key, text] = [String(data.get('key')).trim(), String(data.get('value'))]
    if ((await telling(api('PUT', keyPath(key), { value: parsed(text) }).then(() => true))) === true) form.reset()
    await reload()
  }
  const remove = async (key: string): Promise<void> => {
    await telling(api('DELETE', keyPath(key)))
    notify(`“${key}” was removed.`)
    await reload()
  }
  return (
    <>
      <p class="dim">Values that belong to the session. Every chat and the agent see them, in whatever process.</p>
      {problem.value !== null && <p class="trouble">{problem.value}</p>}
      <dl class="pairs">
        {entries.value?.map(({ key, value }) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
              <button type="button" class="quiet" aria-label={`Remove ${key}`} onClick={() => void remove(key)}>
                <Icon name="close" />
              </button>
            </dd>
          </div>
        ))}
      </dl>
      {entries.value?.length === 0 && <p class="empty">No values yet.</p>}
      <form class="inline-form" onSubmit={(event) => void save(event)}>
        <input name="key" aria-label="Key" placeholder="key" maxLength={200} required />
        <input name="value" aria-label="Value" placeholder="value, or JSON" required />
        <button type="submit" class="primary small">
          Set
        </button>
      </form>
    </>
  )
}

/** What is JSON is taken as JSON, anything else as the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
