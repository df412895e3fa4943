import { assertKnownKeys } from '../checked-fields.ts'
import { checkedDuration } from '../expiry.ts'

/** How chats are watched. */
export interface WatchSettings {
  /** How often a chat that somebody watches is looked at for what other processes did: three reads of the store. @default 500 */
  readonly intervalMs: number
}

const defaults: WatchSettings = Object.freeze({ intervalMs: 500 })

/** The settings with defaults filled in. @throws {@link SessError} `INVALID_ARGUMENT` naming the field. */
export function checkedWatch(settings: Partial<WatchSettings>): WatchSettings {
  assertKnownKeys(settings, Object.keys(defaults), 'watch')
  const merged = { ...defaults, ...settings }
  checkedDuration(merged.intervalMs, 'watch.intervalMs')
  return Object.freeze(merged)
}
