import type { JSX } from 'preact'
import { RichText } from '../parts/rich-text.tsx'
import { conversation } from '../state/live.ts'

/** The answer as far as it is written. Of one that another process writes, nothing is known before it is whole. */
export function Draft(): JSX.Element {
  const { text = '', reasoning = '' } = conversation.value.answering ?? {}
  return (
    <li class="message" data-role="assistant" data-draft>
      <div class="answer">
        {reasoning !== '' && text === '' && <p class="dim">{reasoning}</p>}
        {text === '' ? (
          <span class="dots" role="img" aria-label="An answer is being written" />
        ) : (
          <RichText text={text} />
        )}
      </div>
    </li>
  )
}
