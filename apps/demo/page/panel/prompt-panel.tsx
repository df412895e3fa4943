import type { JSX } from 'preact'
import type { PromptView } from '../../src/web/views.ts'
import { api } from '../state/api.ts'
import { openChat } from '../state/open-session.ts'
import { useFresh } from './use-fresh.ts'

const origins: Readonly<Record<string, string>> = {
  global: 'for everybody',
  org: 'of the organisation',
  user: 'about the user',
  chat: 'of this chat',
}

/** The system prompt of this chat, layer by layer. */
export function PromptPanel({ path }: { readonly path: string }): JSX.Element {
  const { value: prompt, problem } = useFresh(() => api<PromptView>('GET', `${path}/prompt`))
  // A change of the chat's own prompt is a change of what is shown here.
  const own = openChat.value?.systemPrompt ?? ''
  return (
    <>
      <p class="dim">
        Composed once, when the session was made: the same parts give the same bytes, so a provider’s cache hits.
      </p>
      {problem.value !== null && <p class="trouble">{problem.value}</p>}
      <ol class="layers">
        {prompt.value?.layers.map(({ scope, name, text }, index) => (
          <li data-scope={scope} key={index}>
            <h3>
              {name} <span class="badge">{origins[scope] ?? scope}</span>
            </h3>
            <p>{scope === 'chat' ? own || text : text}</p>
          </li>
        ))}
      </ol>
      {prompt.value !== undefined && (
        <p class="dim">
          About {prompt.value.tokens} tokens{prompt.value.digest !== null && <>, SHA-256 </>}
          {prompt.value.digest !== null && <code>{prompt.value.digest.slice(0, 12)}…</code>}
        </p>
      )}
    </>
  )
}
