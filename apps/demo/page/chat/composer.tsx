import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { SessionView } from '../../src/web/views.ts'
import { Icon } from '../parts/icon.tsx'
import { isAnswering, isElsewhere, messages } from '../state/live.ts'
import { send, stop } from '../state/sending.ts'
import { words } from '../state/words.ts'
import { Suggestions } from './suggestions.tsx'

/** Where a message is written. While an answer comes it can be stopped, and the next message waits for its end. */
export function Composer({ session }: { readonly session: SessionView }): JSX.Element {
  const text = useSignal('')
  const area = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    if (area.current === null) return
    area.current.style.height = 'auto'
    area.current.style.height = `${area.current.scrollHeight}px`
  }, [text.value])

  const submit = async (said: string): Promise<void> => {
    if (said.trim() === '') return
    text.value = ''
    area.current?.focus()
    // What was refused is given back, unless something else was written meanwhile.
    if (!(await send(said.trim())) && text.value === '') text.value = said
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isAnswering.value) void stop()
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void submit(text.value)
  }

  if (session.status !== 'active')
    return (
      <p class="closed" role="status">
        {words({ code: `SESSION_${session.status.toUpperCase()}`, title: '', details: {} })}
      </p>
    )
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void submit(text.value)
      }}
    >
      {messages.value.length === 0 && <Suggestions onChoose={(said) => void submit(said)} />}
      <div class="composer-box">
        <textarea
          id="composer"
          ref={area}
          rows={1}
          aria-label="Message"
          placeholder={isAnswering.value ? 'The next message waits for the end of this answer' : 'Say something…'}
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {(isAnswering.value || isElsewhere.value) && (
          <button
            type="button"
            class="round"
            aria-label="Stop the answer"
            title="Stop (Esc)"
            onClick={() => void stop()}
          >
            <Icon name="stop" />
          </button>
        )}
        <button
          type="submit"
          class="round primary"
          aria-label="Send"
          title="Send (Enter)"
          disabled={text.value.trim() === ''}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}
