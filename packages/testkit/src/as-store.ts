import type { Store } from '@sess/core'
import type { Model } from './model-state.ts'

/** The model with the methods of a store: what it throws becomes a rejection. It can neither be opened nor closed. */
export function asStore(model: Model): Store {
  return Object.fromEntries(
    Object.entries(model).map(([name, method]) => [
      name,
      async (...parameters: readonly unknown[]) => Reflect.apply(method, model, parameters),
    ]),
  ) as unknown as Store
}
