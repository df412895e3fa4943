import { chatsOf } from './model-chats.ts'
import { sessionsOf } from './model-sessions.ts'
import { type Model, newModelState } from './model-state.ts'

/** The contract in its plainest form: lists, searched from the front. It answers at once, and every page is the last. */
export function newModel(clock: () => number): Model {
  const state = newModelState(clock)
  return { ...sessionsOf(state), ...chatsOf(state) }
}
