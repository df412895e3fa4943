import { type Signal, signal } from '@preact/signals'
import { Refusal } from './api.ts'
import { words } from './words.ts'

export interface Notice {
  readonly id: number
  readonly text: string
  readonly code: string | null
  readonly isBad: boolean
}

/** What the person has to be told, newest last. */
export const notices: Signal<readonly Notice[]> = signal([])

/** How long a notice stays. */
const shownMs = 8_000
let lastId = 0

export function notify(text: string, code: string | null = null, isBad = code !== null): void {
  const id = ++lastId
  notices.value = [...notices.value.filter((notice) => notice.text !== text).slice(-3), { id, text, code, isBad }]
  setTimeout(() => dismiss(id), shownMs)
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}

/** Does something, and tells of it if the server refuses. @returns undefined then. */
export async function telling<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    notify(words(error.problem), error.problem.code)
    return undefined
  }
}
