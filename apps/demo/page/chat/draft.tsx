import type { JSX } from 'preact'
import type { Answering } from '../../src/web/views.ts'
import { RichText } from '../parts/rich-text.tsx'

/** The answer as far as it is written. */
export function Draft({ answering }: { readonly answering: Answering }): JSX.Element {
  const { text, reasoning } = answering
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
