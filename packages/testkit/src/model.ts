import type { Store } from '@sess/core'
import { chatsOf } from './model-chats.ts'
import { sessionsOf } from './model-sessions.ts'
import { newModelState } from './model-state.ts'

type Method<Name extends keyof Store> = Store[Name] extends (...parameters: infer Parameters) => unknown
  ? (...parameters: Parameters) => Awaited<ReturnType<Store[Name]>>
  : never

/** The part of a store that has a model: the answers of all but its lifecycle, without cursors and signals. */
export type Model = { readonly [Name in Exclude<keyof Store, 'supports' | 'open' | 'health' | 'close'>]: Method<Name> }

/** The contract in its plainest form: lists, searched from the front. It answers at once, and every page is the last. */
export function newModel(clock: () => number): Model {
  const state = newModelState(clock)
  return { ...sessionsOf(state), ...chatsOf(state) }
}
