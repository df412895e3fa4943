import type { JSX } from 'preact'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { trouble } from '../state/live.ts'
import { openChat, openSession } from '../state/open-session.ts'
import { words } from '../state/words.ts'
import { ChatTabs } from './chat-tabs.tsx'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { SessionHeader } from './session-header.tsx'

/** The open session: its head, its chats, and the chat that is chosen. */
export function ChatView(): JSX.Element | null {
  const session = openSession.value
  const chat = openChat.value
  if (session === null) return null
  return (
    <div class="chat">
      <SessionHeader session={session} />
      <ChatTabs />
      {trouble.value !== null && (
        <p class="trouble" role="alert">
          {words(trouble.value)} <code>{trouble.value.code}</code>
        </p>
      )}
      {chat === null ? (
        <p class="empty">This session has no chat. Make one with “+”.</p>
      ) : (
        <section class="chat-body" id="chat" role="tabpanel" aria-label={chat.name}>
          <MessageList key={chat.id} />
          <Composer session={session} key={`composer-${chat.id}`} />
        </section>
      )}
      <ConfirmDialog />
    </div>
  )
}
