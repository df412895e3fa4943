/** Connections in a row that may fail before nobody waits for the next one any more. */
export const maxFailures = 5

/** A connection that lasted so long was a good one. */
export const healthyMs = 60_000

const firstMs = 500
const maxMs = 30_000

/** How long to wait after so many failures in a row: 0.5 s, doubled each time up to 30 s, less up to a half by chance. */
export function reconnectDelayMs(failures: number, random: () => number = Math.random): number {
  return Math.min(maxMs, firstMs * 2 ** Math.max(0, failures - 1)) * (0.5 + random() / 2)
}
