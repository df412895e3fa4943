import { assertKnownKeys } from './checked-fields.ts'
import { invalidArgument } from './errors.ts'
import { checkedDuration } from './expiry.ts'

/** What a send does while another turn runs in the chat: wait for it, fail, or cut it short. */
export type WhenBusy = 'queue' | 'reject' | 'interrupt'

/** How a manager runs turns. */
export interface TurnSettings {
  /** @default 'queue' */
  readonly whenBusy: WhenBusy
  /** How long a turn is held without being renewed, so how long a chat stays busy after its process died. @default 30_000 */
  readonly leaseMs: number
  /** How often a running turn renews its lease, and learns that another process wants it to stop. @default 5_000 */
  readonly renewMs: number
  /** Sends that may wait for one chat in this process. @default 16 */
  readonly maxQueued: number
  /** How long a send waits for its turn. @default 300_000 */
  readonly queueTimeoutMs: number
  /** Messages at most that an agent is given, the newest ones. 1 to 1,000. @default 200 */
  readonly historyMessages: number
}

const defaults: TurnSettings = Object.freeze({
  whenBusy: 'queue',
  leaseMs: 30_000,
  renewMs: 5_000,
  maxQueued: 16,
  queueTimeoutMs: 300_000,
  historyMessages: 200,
})

/** The settings with defaults filled in. @throws {@link SessError} `INVALID_ARGUMENT` naming the field. */
export function checkedTurnSettings(settings: Partial<TurnSettings>): TurnSettings {
  assertKnownKeys(settings, Object.keys(defaults), 'turns')
  const merged = { ...defaults, ...settings }
  checkedWhenBusy(merged.whenBusy, 'turns.whenBusy')
  for (const name of ['leaseMs', 'renewMs', 'queueTimeoutMs'] as const) checkedDuration(merged[name], `turns.${name}`)
  if (merged.renewMs * 2 > merged.leaseMs) throw invalidArgument('turns.renewMs', 'must be at most half of leaseMs')
  if (!Number.isSafeInteger(merged.maxQueued) || merged.maxQueued < 0)
    throw invalidArgument('turns.maxQueued', 'must be a whole number from 0 up')
  const { historyMessages } = merged
  if (!Number.isSafeInteger(historyMessages) || historyMessages < 1 || historyMessages > 1_000) {
    throw invalidArgument('turns.historyMessages', 'must be a whole number from 1 to 1,000')
  }
  return Object.freeze(merged)
}

/** @throws {@link SessError} `INVALID_ARGUMENT`. */
export function checkedWhenBusy(whenBusy: unknown, field: string): WhenBusy {
  if (whenBusy === 'queue' || whenBusy === 'reject' || whenBusy === 'interrupt') return whenBusy
  throw invalidArgument(field, "must be 'queue', 'reject' or 'interrupt'")
}
