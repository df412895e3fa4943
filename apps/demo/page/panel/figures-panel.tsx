import type { JSX } from 'preact'
import type { Figures, Health } from '../../src/web/views.ts'
import { api } from '../state/api.ts'
import { duration } from '../state/clock.ts'
import { Bars } from './bars.tsx'
import { States } from './states.tsx'
import { messagesOverTime } from './time-buckets.ts'
import { useFresh } from './use-fresh.ts'

/** Figures of the chat, the session, the user and the store, with small charts. */
export function FiguresPanel({ path }: { readonly path: string }): JSX.Element {
  const { value: figures, problem } = useFresh(() => api<Figures>('GET', `${path}/figures`))
  const { value: health } = useFresh(() => api<Health>('GET', '/health'))
  return (
    <>
      {problem.value !== null && <p class="trouble">{problem.value}</p>}
      {figures.value !== undefined && <FiguresView figures={figures.value} />}
      <h3>The store</h3>
      {health.value !== undefined && <StoreHealth health={health.value} />}
    </>
  )
}

function FiguresView({ figures }: { readonly figures: Figures }): JSX.Element {
  const { chat, session, user, times } = figures
  const { bars, bucketMs } = messagesOverTime(times)
  return (
    <>
      <h3>This chat</h3>
      <Numbers
        values={{
          messages: chat.messageCount,
          answers: chat.turnCount,
          'average answer': milliseconds(chat.averageResponseMs),
          '95 % within': milliseconds(chat.p95ResponseMs),
        }}
      />
      <Bars title={`Messages over time, ${duration(bucketMs)} a bar`} unit="messages" values={bars} />
      <Bars title={`The last ${chat.recentResponseMs.length} answers`} unit="ms" values={chat.recentResponseMs} />
      <h3>Your sessions by state</h3>
      <States counts={user.sessions} />
      <h3>This session</h3>
      <Numbers values={{ chats: session.chatCount, messages: session.messageCount, answers: session.turnCount }} />
    </>
  )
}

function StoreHealth({ health }: { readonly health: Health }): JSX.Element {
  const { ok, store, turns } = health
  return (
    <>
      <p>
        <span class="badge" data-state={ok ? 'done' : 'failed'}>
          {ok ? 'well' : 'in trouble'}
        </span>{' '}
        {health.type}, answers in {store.latencyMs.toFixed(1)} ms; {turns.running} answers under way, {turns.waiting}{' '}
        waiting
      </p>
      {store.problems.map((sentence) => (
        <p class="trouble" key={sentence}>
          {sentence}
        </p>
      ))}
    </>
  )
}

function Numbers({ values }: { readonly values: Readonly<Record<string, number | string>> }): JSX.Element {
  return (
    <dl class="numbers">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dd>{value}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  )
}

function milliseconds(value: number | null): string {
  if (value === null) return '–'
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`
}
