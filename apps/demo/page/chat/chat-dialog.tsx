import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { ChatView } from '../../src/web/views.ts'
import { confirmed } from '../parts/confirm.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { agent } from '../state/me.ts'
import { telling } from '../state/notices.ts'
import { changeChat, createChat, deleteChat } from '../state/open-session.ts'

/** Prompts to begin with. */
const examples = [
  { name: 'Code review', prompt: 'You are a senior developer who reviews code.' },
  { name: 'Travel', prompt: 'You plan journeys, and always ask for the dates.' },
  { name: 'Plain words', prompt: 'You explain things to people who are new to them.' },
]

interface ChatDialogProps {
  /** The chat to change, or null for a new one. */
  readonly chat: ChatView | null
  readonly onClose: () => void
}

/** Name, prompt and model of a chat. */
export function ChatDialog({ chat, onClose }: ChatDialogProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null)
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    const data = new FormData(form.current ?? undefined)
    const text = (name: string): string => String(data.get(name) ?? '').trim()
    const fields = { name: text('name') || 'Untitled', systemPrompt: text('prompt'), model: text('model') }
    onClose()
    await telling(chat === null ? createChat(fields) : changeChat(chat.id, fields))
  }
  const remove = async (): Promise<void> => {
    onClose()
    if (chat !== null && (await confirmed(`“${chat.name}” goes with its messages.`, 'Delete it')))
      await telling(deleteChat(chat.id))
  }
  const fill = ({ name, prompt }: (typeof examples)[number]): void => {
    for (const [field, value] of [
      ['name', name],
      ['prompt', prompt],
    ] as const) {
      const element = form.current?.elements.namedItem(field)
      if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) element.value = value
    }
  }
  return (
    <Dialog title={chat === null ? 'A new chat' : 'This chat'} onClose={onClose}>
      <form ref={form} onSubmit={(event) => void save(event)}>
        <label class="field">
          Name
          <input name="name" defaultValue={chat?.name ?? ''} placeholder="Untitled" maxLength={80} />
        </label>
        <label class="field">
          Prompt, added to that of the session
          <textarea name="prompt" rows={4} defaultValue={chat?.systemPrompt ?? ''} maxLength={8_000} />
        </label>
        {chat === null && (
          <div class="row wrap">
            {examples.map((example) => (
              <button type="button" class="chip" key={example.name} onClick={() => fill(example)}>
                {example.name}
              </button>
            ))}
          </div>
        )}
        <ModelField model={chat?.model ?? ''} />
        <div class="row">
          {chat !== null && (
            <button type="button" class="plain bad" onClick={() => void remove()}>
              Delete chat…
            </button>
          )}
          <span class="grow" />
          <button type="button" class="plain" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            {chat === null ? 'Create' : 'Save'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** An endpoint may have any number of models, and the offline agent has three paces: one can choose or type. */
function ModelField({ model }: { readonly model: string }): JSX.Element {
  const { models } = agent.value
  if (models.length > 1)
    return (
      <label class="field">
        Model
        <select name="model" defaultValue={model || models[0]?.id}>
          {models.map(({ id, name }) => (
            <option value={id} key={id} selected={id === (model || models[0]?.id)}>
              {name}
            </option>
          ))}
        </select>
      </label>
    )
  return (
    <label class="field">
      Model
      <input name="model" defaultValue={model} placeholder={models[0]?.name} maxLength={100} />
    </label>
  )
}
