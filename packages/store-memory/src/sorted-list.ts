/** Longest chunk. Long enough that few chunks are needed, short enough that moving one costs little. */
const maxChunk = 512

const noChunks: never[][] = []

/**
 * Items in order, in chunks: finding, adding and removing one cost O(log n) and the moving of one chunk at most.
 * What an item is compared by must not change while it is in the list.
 */
export class SortedList<Key, Item extends Key> {
  readonly #compare: (a: Key, b: Key) => number
  #chunks: Item[][] = noChunks

  constructor(compare: (a: Key, b: Key) => number) {
    this.#compare = compare
  }

  get first(): Item | undefined {
    return this.#chunks[0]?.[0]
  }

  get last(): Item | undefined {
    return this.#chunks.at(-1)?.at(-1)
  }

  add(item: Item): void {
    const last = this.last
    if (last === undefined || this.#compare(last, item) < 0) {
      const chunk = this.#chunks.at(-1)
      // Most items come in order: a full chunk stays full, a split would leave every chunk half empty.
      // Written as a literal, an array takes the room of what is in it; grown by a push, that of 17. Most lists hold one.
      if (chunk === undefined) this.#chunks = [[item]]
      else if (chunk.length >= maxChunk) this.#chunks.push([item])
      else chunk.push(item)
      return
    }
    const at = this.#chunkOf(item)
    const chunk = this.#chunks[at] ?? []
    chunk.splice(this.#placeIn(chunk, item), 0, item)
    if (chunk.length > maxChunk) this.#chunks.splice(at + 1, 0, chunk.splice(maxChunk / 2))
  }

  /** Whether the item was there. */
  remove(item: Item): boolean {
    // Sessions mostly go in the order they came. Then nothing has to be searched, and a shift moves nothing either.
    const isFirst = this.first === item
    const at = isFirst ? 0 : this.#chunkOf(item)
    const chunk = this.#chunks[at]
    if (chunk === undefined) return false
    const place = isFirst ? 0 : this.#placeIn(chunk, item)
    if (chunk[place] !== item) return false
    if (place === 0) chunk.shift()
    else chunk.splice(place, 1)
    if (chunk.length < maxChunk / 8) this.#join(at, chunk)
    return true
  }

  /** From the smallest, or from the first after `after`. The list must not change meanwhile. */
  *ascending(after?: Key): Generator<Item, void, undefined> {
    let at = after === undefined ? 0 : this.#chunkOf(after)
    const start = this.#chunks[at] ?? []
    let place = after === undefined ? 0 : this.#placeIn(start, after)
    const there = start[place]
    if (after !== undefined && there !== undefined && this.#compare(there, after) === 0) place++
    for (; at < this.#chunks.length; at++, place = 0) {
      const chunk = this.#chunks[at] ?? []
      for (let index = place; index < chunk.length; index++) {
        const item = chunk[index]
        if (item !== undefined) yield item
      }
    }
  }

  /** From the largest, or from the first before `before`. The list must not change meanwhile. */
  *descending(before?: Key): Generator<Item, void, undefined> {
    let at = before === undefined ? this.#chunks.length - 1 : this.#chunkOf(before)
    let place = before === undefined ? undefined : this.#placeIn(this.#chunks[at] ?? [], before)
    for (; at >= 0; at--, place = undefined) {
      const chunk = this.#chunks[at] ?? []
      for (let index = (place ?? chunk.length) - 1; index >= 0; index--) {
        const item = chunk[index]
        if (item !== undefined) yield item
      }
    }
  }

  /** The last chunk that begins at or before `key`; the first one if none does. */
  #chunkOf(key: Key): number {
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const first = this.#chunks[middle]?.[0]
      if (first !== undefined && this.#compare(first, key) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Index of the first item that is not before `key`. */
  #placeIn(chunk: readonly Item[], key: Key): number {
    let low = 0
    let high = chunk.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const item = chunk[middle]
      if (item !== undefined && this.#compare(item, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Gives what is left of a chunk to its neighbour, so that removals leave no trail of tiny chunks. */
  #join(at: number, chunk: Item[]): void {
    const next = this.#chunks[at + 1]
    if (chunk.length > 0 && (next === undefined || next.length > maxChunk / 2)) return
    this.#chunks.splice(at, 1)
    if (next !== undefined && chunk.length > 0) next.unshift(...chunk)
  }
}
