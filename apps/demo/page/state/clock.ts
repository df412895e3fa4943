import { type Signal, signal } from '@preact/signals'

/** Now, by the clock of the server, to the second. */
export const now: Signal<number> = signal(Date.now())

let aheadMs = 0
setInterval(() => {
  now.value = Date.now() + aheadMs
}, 1_000)

/** Takes over the server's clock: browsers' clocks are often wrong, and expiry is the store's business. */
export function setClock(serverNow: number): void {
  aheadMs = serverNow - Date.now()
  now.value = serverNow
}

/** `1 d`, `3 h 5 min`, `12 min`, `40 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d`
}

export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}
