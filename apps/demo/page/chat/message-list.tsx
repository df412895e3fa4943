import type { ToolResultPart } from '@sess/core'
import type { JSX } from 'preact'
import type { Conversation } from '../state/conversation.ts'
import { jumpToEnd } from '../state/live.ts'
import { telling } from '../state/notices.ts'
import { underway } from '../state/sending.ts'
import { Draft } from './draft.tsx'
import { MessageItem } from './message-item.tsx'
import { useScroll } from './use-scroll.ts'

/** The window of messages that is loaded, and what is being written. Older and newer ones come while one scrolls. */
export function MessageList({ conversation }: { readonly conversation: Conversation }): JSX.Element {
  const { messages, hasOlder, isAtEnd, answering } = conversation
  const { box, isNearEnd, onScroll } = useScroll(conversation)
  const results = resultsIn(conversation)
  const isEmpty = messages.length === 0 && underway.value.length === 0
  return (
    <div class="messages-box">
      <div class="messages" ref={box} onScroll={onScroll} role="log" aria-live="off" aria-label="Messages">
        {hasOlder && <p class="edge">Older messages come when you scroll up</p>}
        {isEmpty && <p class="empty">Nothing was said yet. Everything this chat knows, it learns here.</p>}
        <ol>
          {messages.map((message, index) => (
            <MessageItem
              key={message.id}
              message={message}
              asked={message.role === 'assistant' ? askedBefore(conversation, index) : null}
              results={results}
              isBusy={answering !== null}
            />
          ))}
          {underway.value
            .filter(({ id }) => !messages.some((message) => message.id === id))
            .map(({ id, text }) => (
              <li class="message" data-role="user" data-waiting key={id}>
                <div class="bubble">{text}</div>
                <small>on its way…</small>
              </li>
            ))}
          {isAtEnd && answering !== null && <Draft answering={answering} />}
        </ol>
      </div>
      {(!isAtEnd || !isNearEnd) && !isEmpty && (
        <button type="button" class="plain to-end" onClick={() => void toEnd(isAtEnd, box.current)}>
          ↓ Newest
        </button>
      )}
    </div>
  )
}

async function toEnd(isAtEnd: boolean, box: HTMLElement | null): Promise<void> {
  if (!isAtEnd) await telling(jumpToEnd())
  box?.scrollTo({ top: box.scrollHeight })
}

/** Results of tools by the id of their call. */
function resultsIn({ messages }: Conversation): ReadonlyMap<string, ToolResultPart> {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
  return new Map(parts.flatMap((part) => (part.type === 'tool-result' ? [[part.callId, part] as const] : [])))
}

/** The seq of the user's message that was answered, if this is the end of the answer. */
function askedBefore({ messages }: Conversation, index: number): number | null {
  const next = messages[index + 1]
  if (next !== undefined && next.role !== 'user') return null
  return messages.slice(0, index).findLast(({ role }) => role === 'user')?.seq ?? null
}
