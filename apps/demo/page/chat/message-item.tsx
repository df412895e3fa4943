import { useSignal } from '@preact/signals'
import type { Message, Part, ToolResultPart } from '@sess/core'
import type { JSX } from 'preact'
import { Icon } from '../parts/icon.tsx'
import { RichText } from '../parts/rich-text.tsx'
import { timeOfDay } from '../state/clock.ts'
import { regenerate } from '../state/sending.ts'
import { EditMessage } from './edit-message.tsx'
import { ToolCall } from './tool-call.tsx'

interface MessageItemProps {
  readonly message: Message
  /** The seq of the message that this is the answer to, where it can be had anew. */
  readonly asked: number | null
  readonly results: ReadonlyMap<string, ToolResultPart>
  readonly isBusy: boolean
}

/** One message. Results of tools stand with their calls. */
export function MessageItem({ message, asked, results, isBusy }: MessageItemProps): JSX.Element | null {
  const isEditing = useSignal(false)
  const { role, content, interrupted, createdAt, name } = message
  if (role === 'tool') return null
  const text = textOf(message)
  if (isEditing.value) return <EditMessage seq={message.seq} text={text} onClose={() => (isEditing.value = false)} />
  const parts: readonly Part[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  return (
    <li class="message" data-role={role} data-seq={message.seq}>
      <span class="hidden">{role === 'user' ? (name ?? 'You') : role}:</span>
      <div class={role === 'user' ? 'bubble' : 'answer'}>
        {parts.map((part, index) => (
          <PartView part={part} results={results} key={index} />
        ))}
        {interrupted === true && <span class="cut">stopped here</span>}
      </div>
      {(role === 'user' || asked !== null) && (
        <div class="message-foot">
          <time dateTime={new Date(createdAt).toISOString()}>{timeOfDay(createdAt)}</time>
          {role === 'user' && !isBusy && (
            <button
              type="button"
              class="quiet"
              aria-label="Edit and send again"
              title="Edit and send again"
              onClick={() => (isEditing.value = true)}
            >
              <Icon name="edit" />
            </button>
          )}
          {asked !== null && !isBusy && (
            <button
              type="button"
              class="quiet"
              aria-label="Answer again"
              title="Answer again"
              onClick={() => void regenerate(asked)}
            >
              <Icon name="again" />
            </button>
          )}
        </div>
      )}
    </li>
  )
}

function PartView({ part, results }: { readonly part: Part } & Pick<MessageItemProps, 'results'>): JSX.Element | null {
  switch (part.type) {
    case 'text':
      return <RichText text={part.text} />
    case 'reasoning':
      return (
        <details class="reasoning">
          <summary>What it thought</summary>
          <RichText text={part.text} />
        </details>
      )
    case 'tool-call':
      return <ToolCall call={part} result={results.get(part.callId) ?? null} />
    case 'file':
      return <p class="dim">File: {part.filename ?? part.mediaType}</p>
    case 'data':
      return <pre class="code">{JSON.stringify(part.data, null, 2)}</pre>
    default:
      return null
  }
}

function textOf({ content }: Message): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
