import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { Refusal } from '../state/api.ts'
import { changes } from '../state/live.ts'
import { words } from '../state/words.ts'

interface Fresh<Value> {
  /** Undefined until it is there. */
  readonly value: ReadonlySignal<Value | undefined>
  readonly problem: ReadonlySignal<string | null>
  readonly reload: () => Promise<void>
}

/** Something of the server that is read anew whenever something happened: not more often than it can be answered. */
export function useFresh<Value>(read: () => Promise<Value>): Fresh<Value> {
  const value: Signal<Value | undefined> = useSignal<Value | undefined>(undefined)
  const problem = useSignal<string | null>(null)
  const state = useSignal<'idle' | 'reading' | 'again'>('idle')
  const reload = async (): Promise<void> => {
    if (state.peek() !== 'idle') {
      state.value = 'again'
      return
    }
    do {
      state.value = 'reading'
      try {
        value.value = await read()
        problem.value = null
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        problem.value = words(error.problem)
      }
    } while ((state.peek() as string) === 'again')
    state.value = 'idle'
  }
  useSignalEffect(() => {
    void changes.value
    void reload()
  })
  return { value, problem, reload }
}
