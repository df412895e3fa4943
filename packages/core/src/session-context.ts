import { type Announcer, noticingLimits, sessionPlace } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { checkedName } from './checked-fields.ts'
import { invalidArgument } from './errors.ts'
import { newId } from './id.ts'
import { frozenJson, type JsonValue } from './json.ts'
import type { SessionLimits } from './limits.ts'
import type { ContextValues } from './store/context-values.ts'
import type { SessionRef } from './store/refs.ts'

/** What of a manager the context of a session needs. */
export interface ContextParts {
  readonly store: ContextValues
  readonly announcer: Announcer
  assertOpen(): void
}

/** Key → JSON value, kept with a session. Any text of 1 to 255 bytes is a key. */
export class SessionContext {
  readonly #parts: ContextParts
  readonly #ref: SessionRef
  readonly #limits: Pick<SessionLimits, 'contextKeys' | 'contextBytes'>

  /** @internal */
  constructor(parts: ContextParts, ref: SessionRef, limits: Pick<SessionLimits, 'contextKeys' | 'contextBytes'>) {
    this.#parts = parts
    this.#ref = ref
    this.#limits = limits
  }

  /** The value, or undefined if there is none. */
  async get(key: string, options?: CallOptions): Promise<JsonValue | undefined> {
    this.#parts.assertOpen()
    return await this.#parts.store.getContext(this.#ref, checkedName(key, 'key'), options)
  }

  /** All entries, in the order of their keys. */
  async entries(options?: CallOptions): Promise<readonly (readonly [string, JsonValue])[]> {
    this.#parts.assertOpen()
    return await this.#parts.store.listContext(this.#ref, options)
  }

  /**
   * Sets one value. Counts as activity.
   *
   * @throws {@link SessError} `INVALID_ARGUMENT` if JSON cannot keep a value without loss. Nothing was written.
   * @throws {@link SessError} `CONTEXT_LIMIT_REACHED`, `SESSION_PAUSED`, `SESSION_ARCHIVED`, `SESSION_CLOSED`. Nothing was written.
   */
  async set(key: string, value: JsonValue, options?: CallOptions): Promise<void> {
    await this.#write([[checkedName(key, 'key'), frozenJson(value, 'value')]], options)
  }

  /** Sets several values in one step: all or none. Counts as activity. Errors as for `set`. */
  async setAll(values: Readonly<Record<string, JsonValue>>, options?: CallOptions): Promise<void> {
    await this.#write(contextEntries(values, 'values'), options)
  }

  /** Removes a value. Resolves to whether there was one. Counts as activity. */
  async delete(key: string, options?: CallOptions): Promise<boolean> {
    this.#parts.assertOpen()
    return await this.#parts.store.deleteContext(this.#ref, checkedName(key, 'key'), {
      ...options,
      operationId: newId(),
    })
  }

  async #write(entries: readonly (readonly [string, JsonValue])[], options?: CallOptions): Promise<void> {
    this.#parts.assertOpen()
    if (entries.length === 0) return
    const { contextKeys: maxKeys, contextBytes: maxBytes } = this.#limits
    await noticingLimits(this.#parts.announcer, sessionPlace(this.#ref), () =>
      this.#parts.store.setContext(this.#ref, entries, { ...options, operationId: newId(), maxKeys, maxBytes }),
    )
  }
}

/** Entries of an object, checked and copied. @throws {@link SessError} `INVALID_ARGUMENT` naming the key. */
export function contextEntries(
  values: Readonly<Record<string, JsonValue>>,
  field: string,
): readonly (readonly [string, JsonValue])[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw invalidArgument(field, 'must be an object')
  return Object.entries(values).map(
    ([key, value]) => [checkedName(key, field), frozenJson(value, `${field}.${key}`)] as const,
  )
}
