import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { ServerView, ToolView } from '../../src/web/views.ts'
import { Icon } from '../parts/icon.tsx'
import { api } from '../state/api.ts'
import { telling } from '../state/notices.ts'
import { AddServer } from './add-server.tsx'
import { useFresh } from './use-fresh.ts'

/** The session's MCP servers with their state, and the tools they have. */
export function ToolsPanel({ path }: { readonly path: string }): JSX.Element {
  const { value: servers, problem, reload } = useFresh(() => api<ServerView[]>('GET', `${path}/servers`))
  const tools = useSignal<readonly ToolView[] | 'asked' | null>(null)
  const list = async (): Promise<void> => {
    tools.value = 'asked'
    tools.value = (await telling(api<ToolView[]>('GET', `${path}/servers/tools`))) ?? null
    await reload()
  }
  const remove = async (id: string): Promise<void> => {
    await telling(api('DELETE', `${path}/servers/${id}`))
    if (Array.isArray(tools.value)) tools.value = tools.value.filter(({ server }) => server !== id)
    await reload()
  }
  return (
    <>
      <p class="dim">
        MCP servers of this session. They start when the agent first needs a tool, and end with the session.
      </p>
      {problem.value !== null && <p class="trouble">{problem.value}</p>}
      <ul class="servers">
        {servers.value?.map(({ id, target, state, failure }) => (
          <li key={id}>
            <strong>{id}</strong>
            <span class="badge" data-state={state}>
              {state}
            </span>
            <button type="button" class="quiet" aria-label={`Remove the server ${id}`} onClick={() => void remove(id)}>
              <Icon name="close" />
            </button>
            <code>{target}</code>
            {failure !== null && <p class="trouble">{failure}</p>}
          </li>
        ))}
      </ul>
      {servers.value?.length === 0 && <p class="empty">No servers, so no tools.</p>}
      <AddServer path={path} present={servers.value ?? []} onAdded={reload} />
      <h3>Tools</h3>
      {!Array.isArray(tools.value) && (
        <button type="button" class="plain small" disabled={tools.value === 'asked'} onClick={() => void list()}>
          {tools.value === 'asked' ? 'Connecting…' : 'Connect, and list them'}
        </button>
      )}
      {Array.isArray(tools.value) && (
        <ul class="tools">
          {tools.value.map(({ name, description }) => (
            <li key={name}>
              <code>{name}</code>
              <p class="dim">{description.split('\n')[0]}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
