import { type Signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { ChatView } from '../../src/web/views.ts'
import { Icon } from '../parts/icon.tsx'
import { tabKeys } from '../parts/tab-keys.ts'
import { agent } from '../state/me.ts'
import { telling } from '../state/notices.ts'
import { chats, openChat, openChatId, switchChat } from '../state/open-session.ts'
import { ChatDialog } from './chat-dialog.tsx'

/** The chats of the session as tabs; each has a prompt and a model of its own. */
export function ChatTabs(): JSX.Element {
  const dialog: Signal<'none' | 'new' | 'change'> = useSignal('none')
  const chat = openChat.value
  return (
    <div class="tabs-row">
      <div class="tabs" role="tablist" aria-label="Chats" onKeyDown={tabKeys}>
        {chats.value.map((each) => (
          <Tab chat={each} key={each.id} />
        ))}
      </div>
      <button type="button" class="quiet" aria-label="New chat" title="New chat" onClick={() => (dialog.value = 'new')}>
        <Icon name="plus" />
      </button>
      <span class="grow" />
      {chat !== null && (
        <button type="button" class="plain small" onClick={() => (dialog.value = 'change')}>
          <span class="label">{modelName(chat)}</span> <Icon name="edit" />
          <span class="hidden">Prompt and model of this chat</span>
        </button>
      )}
      {dialog.value === 'new' && <ChatDialog chat={null} onClose={() => (dialog.value = 'none')} />}
      {dialog.value === 'change' && <ChatDialog chat={chat} onClose={() => (dialog.value = 'none')} />}
    </div>
  )
}

function Tab({ chat }: { readonly chat: ChatView }): JSX.Element {
  const isOpen = chat.id === openChatId.value
  return (
    <button
      type="button"
      role="tab"
      aria-selected={isOpen}
      aria-controls="chat"
      tabIndex={isOpen ? 0 : -1}
      onClick={() => void telling(switchChat(chat.id))}
    >
      {chat.name}
    </button>
  )
}

function modelName({ model }: ChatView): string {
  const { models } = agent.value
  return models.find(({ id }) => id === model)?.name ?? (model || (models[0]?.name ?? 'model'))
}
