import { isSessError } from '@sess/core'
import { aboutServer, mcpError } from '../mcp-error.ts'
import type { Catalogue, ListedTool } from '../tools/catalogue.ts'
import { definitionFindings } from '../tools/definition-findings.ts'
import { driftOf, firstPins, type Pins, quarantineReason } from '../tools/pins.ts'
import type { ClientHost, Connected } from './client-host.ts'
import type { ClientReports } from './client-reports.ts'
import type { KeptServer } from './kept-servers.ts'
import { ServerClient } from './server-client.ts'
import { ToolListing } from './tool-listing.ts'

export interface HeldServerOptions {
  readonly reports: ClientReports
  readonly maxTools: number
  /** The ids of the session's other servers: a definition that speaks of their tools is worth a warning. */
  readonly otherServers: () => readonly string[]
  /** Keeps the pins of a first listing. @returns what is kept then: somebody else may have been faster. */
  readonly pinFirst: (pins: Readonly<Record<string, string>>) => Promise<Pins>
  /** What is kept of the server now, null if it was removed. */
  readonly readPins: () => Promise<Pins | undefined>
  readonly firstTools: 'accept' | 'quarantine'
}

/** Changes of a server's tools are looked at when it has been quiet for so long, */
const quietMs = 300
/** but at the latest after so long. */
const latestMs = 3_000

/** One server that this process holds for a session: its client, and its tools as they were listed and accepted. */
export class HeldServer {
  readonly id: string
  readonly revision: string
  readonly client: ServerClient
  readonly #options: HeldServerOptions
  readonly #listing: ToolListing
  #told = ''
  #looking: ReturnType<typeof setTimeout> | undefined
  #changedSince: number | null = null

  constructor({ config, revision }: KeptServer, host: Omit<ClientHost, 'onToolsChanged'>, options: HeldServerOptions) {
    this.id = config.id
    this.revision = revision
    this.#options = options
    this.#listing = new ToolListing(config.id, options.maxTools, host.timeouts.listMs)
    this.client = new ServerClient(config.id, { ...host, onToolsChanged: () => this.#changed() })
  }

  /** The tools of a connection, with the pins they are held against. Tells of what came, changed or went. */
  async tools(connected: Connected, kept: Pins): Promise<{ readonly catalogue: Catalogue; readonly pins: Pins }> {
    const catalogue = await this.#listing.of(connected)
    const { firstTools, pinFirst } = this.#options
    const first = firstTools === 'accept' ? firstPins(catalogue) : {}
    const pins = kept ?? (await pinFirst(first))
    await this.#tell(catalogue, pins)
    return { catalogue, pins }
  }

  /** The tool of this public name. @throws {@link SessError} `MCP_TOOL_NOT_FOUND`, `MCP_TOOL_QUARANTINED`. Nothing was sent. */
  async tool(name: string, connected: Connected, kept: Pins): Promise<ListedTool> {
    const { catalogue, pins } = await this.tools(connected, kept)
    const tool = catalogue.tools.get(name)
    if (tool === undefined) throw mcpError('MCP_TOOL_NOT_FOUND', this.id, 'the server has no such tool')
    const reason = quarantineReason(tool, pins)
    if (reason === null) return tool
    throw mcpError('MCP_TOOL_QUARANTINED', this.id, `the tool is kept back until it is accepted (${reason})`, {
      tool: name,
    })
  }

  /**
   * Reads something from the server; once more over another connection if this one is over. Not for calls: they may have run.
   */
  async read<Value>(work: (connected: Connected) => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    return await this.client.use(async (connected) => {
      try {
        return await work(connected)
      } catch (error) {
        signal?.throwIfAborted()
        if (!isOver(error)) throw aboutServer(error, this.id, 'MCP_PROTOCOL')
        return await work(await this.client.renew(connected, signal))
      }
    }, signal)
  }

  /** Ends the client; nothing is looked at any more. */
  async close(): Promise<boolean> {
    clearTimeout(this.#looking)
    return await this.client.close()
  }

  #changed(): void {
    const now = performance.now()
    this.#changedSince ??= now
    clearTimeout(this.#looking)
    const waitMs = Math.max(0, Math.min(quietMs, this.#changedSince + latestMs - now))
    this.#looking = setTimeout(() => void this.#look(), waitMs)
    this.#looking.unref()
  }

  async #look(): Promise<void> {
    this.#changedSince = null
    this.#listing.forget()
    if (this.client.state !== 'ready') return
    try {
      const pins = await this.#options.readPins()
      if (pins !== undefined) await this.read((connected) => this.tools(connected, pins))
    } catch (error) {
      // Whoever uses the tools next lists them again.
      this.#options.reports.warned(this.id, { error }, 'changed tools could not be listed')
    }
  }

  async #tell(catalogue: Catalogue, pins: Pins): Promise<void> {
    const { quarantined, removed } = driftOf(catalogue, pins)
    const told = JSON.stringify([quarantined.map(({ hash }) => hash), removed, catalogue.dropped])
    if (told === this.#told) return
    this.#told = told
    const { reports, otherServers } = this.#options
    const others = otherServers()
    for (const { tool, reason } of catalogue.dropped)
      reports.warned(this.id, { tool, reason }, 'a tool of an MCP server was left out')
    for (const { name, definition } of catalogue.tools.values()) {
      const findings = definitionFindings(definition, others)
      if (findings.length > 0) reports.warned(this.id, { tool: name, findings }, 'a definition of a tool looks wrong')
    }
    const isDrift = quarantined.length + removed.length > 0
    if (isDrift) await reports.toolsChanged(this.id, { quarantined: quarantined.length, removed: removed.length })
  }
}

/** The connection can't be used any more, and another one can. */
function isOver(error: unknown): boolean {
  return (['MCP_SESSION_LOST', 'MCP_NOT_CONNECTED', 'MCP_OUTCOME_UNKNOWN'] as const).some((code) =>
    isSessError(error, code),
  )
}
