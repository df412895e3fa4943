import type { Message, ToolResultPart } from '@sess/core'
import type { JSX } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import { conversation, isAnswering, isAtEnd, isElsewhere, jumpToEnd, messages } from '../state/live.ts'
import { telling } from '../state/notices.ts'
import { underway } from '../state/sending.ts'
import { Draft } from './draft.tsx'
import { MessageItem } from './message-item.tsx'
import { useScroll } from './use-scroll.ts'

/** The window of messages that is loaded, and what is being written. Older and newer ones come while one scrolls. */
export function MessageList(): JSX.Element {
  const shown = messages.value
  const { box, content, isNearEnd, onScroll } = useScroll(shown)
  const results = resultsIn(shown)
  const waiting = underway.value.filter(({ id }) => !shown.some((message) => message.id === id))
  // Whoever sends wants to see what comes of it, wherever they were reading.
  useLayoutEffect(() => {
    if (waiting.length > 0) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [waiting.length])
  const isEmpty = shown.length === 0 && waiting.length === 0
  const isBusy = isAnswering.value || isElsewhere.value
  return (
    <div class="messages-box">
      <div class="messages" ref={box} onScroll={onScroll} role="log" aria-live="off" aria-label="Messages">
        <div ref={content}>
          {conversation.peek().hasOlder && <p class="edge">Older messages come when you scroll up</p>}
          {isEmpty && <p class="empty">Nothing was said yet. Everything this chat knows, it learns here.</p>}
          <ol>
            {shown.map((message, index) => (
              <MessageItem
                key={message.id}
                message={message}
                asked={askedBefore(shown, index)}
                results={results}
                isBusy={isBusy}
              />
            ))}
            {waiting.map(({ id, text }) => (
              <li class="message" data-role="user" data-waiting key={id}>
                <div class="bubble">{text}</div>
                <small>on its way…</small>
              </li>
            ))}
            {isAtEnd.value && isBusy && <Draft />}
          </ol>
        </div>
      </div>
      {(!isAtEnd.value || !isNearEnd) && !isEmpty && (
        <button type="button" class="plain to-end" onClick={() => void toEnd(box.current)}>
          ↓ Newest
        </button>
      )}
    </div>
  )
}

async function toEnd(box: HTMLElement | null): Promise<void> {
  if (!isAtEnd.value) await telling(jumpToEnd())
  box?.scrollTo({ top: box.scrollHeight })
}

/** Results of tools by the id of their call. */
function resultsIn(shown: readonly Message[]): ReadonlyMap<string, ToolResultPart> {
  const parts = shown.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
  return new Map(parts.flatMap((part) => (part.type === 'tool-result' ? [[part.callId, part] as const] : [])))
}

/** The seq of the user's message that can be answered anew: at the end of its answer, or at itself if it has none. */
function askedBefore(shown: readonly Message[], index: number): number | null {
  const [message, next] = shown.slice(index, index + 2)
  if (message?.role === 'user') return next === undefined && isAtEnd.peek() ? message.seq : null
  if (next !== undefined && next.role !== 'user') return null
  return shown.slice(0, index).findLast(({ role }) => role === 'user')?.seq ?? null
}
