/** The known name that is most like `name`, or null if none is like it. */
export function nearest(name: string, known: Iterable<string>): string | null {
  const wanted = plain(name)
  let best: string | null = null
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    const distance = sameEnd(wanted, plain(candidate)) ? 1 : editDistance(wanted, plain(candidate))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Single characters that were left out, put in, changed or swapped with a neighbour. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      let cost = Math.min(change, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1)
      current.push(cost)
    }
    ;[beforeLast, last] = [last, current]
  }
  return last[b.length] ?? 0
}

/** `maxSessions`, `max-sessions` and `MAX_SESSIONS` are meant for `max_sessions`. */
function plain(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

/** The right key in the wrong section. */
function sameEnd(a: string, b: string): boolean {
  const end = (name: string) => name.slice(name.lastIndexOf('.') + 1)
  return a.includes('.') && b.includes('.') && end(a) === end(b)
}
