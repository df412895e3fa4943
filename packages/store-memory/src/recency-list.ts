/** What a recency list links. An item is in one such list at most. */
export interface Recent<Item> {
  older: Item | null
  newer: Item | null
}

/** Items in the order of their last use: using, removing and finding the oldest one are O(1). */
export class RecencyList<Item extends Recent<Item>> {
  #oldest: Item | null = null
  #newest: Item | null = null

  get oldest(): Item | null {
    return this.#oldest
  }

  /** Makes it the newest, whether it was in the list or not. */
  use(item: Item): void {
    if (this.#newest === item) return
    this.remove(item)
    item.older = this.#newest
    if (this.#newest === null) this.#oldest = item
    else this.#newest.newer = item
    this.#newest = item
  }

  remove(item: Item): void {
    const { older, newer } = item
    if (older !== null) older.newer = newer
    else if (this.#oldest === item) this.#oldest = newer
    if (newer !== null) newer.older = older
    else if (this.#newest === item) this.#newest = older
    item.older = null
    item.newer = null
  }
}
