/** Widths of a bar, from a second to a week. */
const widths = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 604_800].map((seconds) => seconds * 1_000)
const maxBars = 24

/** How many messages came in each of at most 24 stretches of time, as short as they may be. */
export function messagesOverTime(times: readonly { readonly createdAt: number }[]): {
  readonly bars: readonly number[]
  readonly bucketMs: number
} {
  const instants = times.map(({ createdAt }) => createdAt)
  if (instants.length === 0) return { bars: [], bucketMs: widths[0] ?? 1 }
  const [first, last] = [Math.min(...instants), Math.max(...instants)]
  const fits = (ms: number): boolean => Math.floor(last / ms) - Math.floor(first / ms) < maxBars
  const bucketMs = widths.find(fits) ?? Math.ceil((last - first + 1) / (maxBars - 1))
  const start = Math.floor(first / bucketMs)
  const bars: number[] = Array.from({ length: Math.floor(last / bucketMs) - start + 1 }, () => 0)
  for (const instant of instants) {
    const index = Math.floor(instant / bucketMs) - start
    bars[index] = (bars[index] ?? 0) + 1
  }
  return { bars, bucketMs }
}
