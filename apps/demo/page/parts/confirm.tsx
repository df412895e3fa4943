import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { Dialog } from './dialog.tsx'

interface Question {
  readonly text: string
  readonly yes: string
  readonly answer: (isSure: boolean) => void
}

const question: Signal<Question | null> = signal(null)

/** Asks before something goes for good. */
export function confirmed(text: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      text,
      yes,
      answer: (isSure) => {
        question.value = null
        resolve(isSure)
      },
    }
  })
}

/** Where the question is shown. */
export function ConfirmDialog(): JSX.Element | null {
  if (question.value === null) return null
  const { text, yes, answer } = question.value
  return (
    <Dialog title="Are you sure?" onClose={() => answer(false)}>
      <p>{text}</p>
      <div class="row end">
        <button type="button" class="plain" onClick={() => answer(false)}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={() => answer(true)}>
          {yes}
        </button>
      </div>
    </Dialog>
  )
}
