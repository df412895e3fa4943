import type { CallOptions } from './call-options.ts'
import { changeSession, readSession } from './change-session.ts'
import { checkedName, checkedObject } from './checked-fields.ts'
import type { JsonObject } from './json.ts'
import type { ManagerParts } from './manager-parts.ts'
import { statusError } from './refusal.ts'
import type { ResourceSnapshot, ResourceState } from './resource-holder.ts'
import { sessionData, toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'

/** A {@link ResourceState} in the record of the session. */
export class StoredResourceState implements ResourceState {
  readonly #parts: ManagerParts
  readonly #ref: SessionRef
  readonly #resource: string

  /** @internal */
  constructor(parts: ManagerParts, ref: SessionRef, resource: string) {
    this.#parts = parts
    this.#ref = ref
    this.#resource = checkedName(resource, 'resource')
  }

  async read(options?: CallOptions): Promise<ResourceSnapshot> {
    const stored = await readSession(this.#parts, this.#ref, options)
    return Object.freeze({ session: toSessionRecord(stored), value: this.#of(stored) })
  }

  async update(change: (current: JsonObject) => JsonObject, options: CallOptions = {}): Promise<JsonObject> {
    const { bytesPerField } = this.#parts.limits
    const build = (stored: StoredSession) => {
      if (stored.status === 'closed') throw statusError('closed', stored.id)
      const next = checkedObject(change(this.#of(stored)), this.#resource, bytesPerField)
      return { data: { resources: { ...sessionData(stored).resources, [this.#resource]: next } } }
    }
    const { stored } = await changeSession(this.#parts, this.#ref, build, options)
    return this.#of(stored)
  }

  #of(stored: StoredSession): JsonObject {
    const states = sessionData(stored).resources ?? {}
    return (Object.hasOwn(states, this.#resource) ? states[this.#resource] : undefined) ?? nothing
  }
}

const nothing: JsonObject = Object.freeze({})
