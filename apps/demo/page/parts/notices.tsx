import type { JSX } from 'preact'
import { dismiss, notices } from '../state/notices.ts'
import { Icon } from './icon.tsx'

/** What went wrong or well, in words; the code beside it is for whoever looks it up. */
export function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="assertive">
      {notices.value.map(({ id, text, code, isBad }) => (
        <div class="notice" data-bad={isBad} key={id}>
          <p>
            {text} {code !== null && <code>{code}</code>}
          </p>
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
