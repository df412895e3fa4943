import type { McpConnection } from '../driver/mcp-driver.ts'
import { type Catalogue, catalogueOf } from '../tools/catalogue.ts'
import type { Connected } from './client-host.ts'

/** A listing is made anew after so long, for servers that do not say that their tools have changed. */
const freshMs = 300_000

/** The tools of a connection: listed once for all who ask, and again when the server says that they have changed. */
export class ToolListing {
  readonly #server: string
  readonly #maxTools: number
  readonly #timeoutMs: number
  #of: Connected | null = null
  #listing: Promise<Catalogue> | null = null
  #listedAt = 0

  constructor(server: string, maxTools: number, timeoutMs: number) {
    this.#server = server
    this.#maxTools = maxTools
    this.#timeoutMs = timeoutMs
  }

  async of(connected: Connected): Promise<Catalogue> {
    const isStale = performance.now() - this.#listedAt > freshMs
    if (this.#of !== connected || this.#listing === null || isStale) {
      this.#of = connected
      this.#listedAt = performance.now()
      const listing = this.#list(connected.connection)
      this.#listing = listing
      listing.catch(() => {
        if (this.#listing === listing) this.#listing = null
      })
    }
    return await this.#listing
  }

  /** What was listed is not to be relied on any more. */
  forget(): void {
    this.#listing = null
  }

  async #list(connection: McpConnection): Promise<Catalogue> {
    // Nobody's signal: others may wait for the same list.
    return catalogueOf(this.#server, await connection.listTools({ timeoutMs: this.#timeoutMs }), this.#maxTools)
  }
}
