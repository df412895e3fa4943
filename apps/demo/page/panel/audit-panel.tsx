import { useSignal } from '@preact/signals'
import type { AuditEvent } from '@sess/core'
import type { JSX } from 'preact'
import { api } from '../state/api.ts'
import { timeOfDay } from '../state/clock.ts'
import { telling } from '../state/notices.ts'
import { useFresh } from './use-fresh.ts'

interface Verdict {
  readonly ok: boolean
  readonly records: number
  readonly problems: number
}

/** Who did what, as it happens, and whether the log on disk is as it was written. */
export function AuditPanel(): JSX.Element {
  const { value: entries } = useFresh(() => api<AuditEvent[]>('GET', '/audit'))
  const verdict = useSignal<Verdict | null>(null)
  const verify = async (): Promise<void> => {
    verdict.value = (await telling(api<Verdict>('GET', '/audit/verdict'))) ?? null
  }
  return (
    <>
      <p class="dim">
        Your events in this process, newest first: never what was said. The log on disk is a chain of sealed lines.
      </p>
      <div class="row wrap">
        <button type="button" class="plain small" onClick={() => void verify()}>
          Verify the log
        </button>
        {verdict.value !== null && (
          <span class="badge" data-state={verdict.value.ok ? 'done' : 'failed'} role="status">
            {verdict.value.records} records {verdict.value.ok ? 'as they were written' : 'and something was changed'}
          </span>
        )}
      </div>
      <ol class="trail">
        {entries.value?.toReversed().map(({ at, type, outcome, details }, index) => (
          <li data-outcome={outcome} key={`${at} ${index}`}>
            <time>{timeOfDay(at)}</time>
            <strong>{type}</strong>
            <small>{facts(details)}</small>
          </li>
        ))}
      </ol>
    </>
  )
}

/** The facts of an event that fit into a line. */
function facts(details: AuditEvent['details']): string {
  return Object.entries(details)
    .filter(([name, value]) => name !== 'turnId' && (typeof value === 'string' || typeof value === 'number'))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
