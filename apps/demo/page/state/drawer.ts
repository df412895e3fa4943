import { type Signal, signal } from '@preact/signals'

/** Which side is open where there is no room for it: on a phone. */
export const drawer: Signal<'none' | 'sessions' | 'panel'> = signal('none')
