import { isSessError, type Logger, newId, type ResourceHolder, SessError, type SessionRecord } from '@sess/core'
import { checkedConfig } from '../config/checked-config.ts'
import { openEndpoint } from '../config/open-endpoint.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { McpDriver } from '../driver/mcp-driver.ts'
import type { GuardedFetch } from '../http/guarded-fetch.ts'
import type { McpHubOptions, McpLimits, McpTimeouts } from '../hub-options.ts'
import { mcpError } from '../mcp-error.ts'
import type { Pins } from '../tools/pins.ts'
import type { SchemaChecker } from '../tools/schema-checker.ts'
import { CallGate } from './call-gate.ts'
import { ClientReports } from './client-reports.ts'
import type { Transition } from './client-state.ts'
import { HeldServer } from './held-server.ts'
import { type KeptServer, type KeptServers, keptServers, keptValue } from './kept-servers.ts'

/** What all sessions of a hub share. */
export interface HubParts {
  readonly options: McpHubOptions
  readonly driver: McpDriver
  readonly http: GuardedFetch
  readonly limits: McpLimits
  readonly timeouts: McpTimeouts
  readonly logger: Logger
  readonly schemas: SchemaChecker
  readonly nextGeneration: () => number
}

/** What this process holds for one session: a client for each server that was used. What the session has is in the store. */
export class HeldClients {
  readonly gate: CallGate
  readonly #parts: HubParts
  readonly #onIdle: () => void
  readonly #servers = new Map<string, HeldServer>()
  #operations = 0
  #closed: Promise<void> | null = null

  constructor(parts: HubParts, onIdle: () => void) {
    this.#parts = parts
    this.#onIdle = onIdle
    this.gate = new CallGate(parts.limits)
  }

  /** Whether there is nothing to hold on to: no operation, and no client that is or wants to be connected. */
  get idle(): boolean {
    return this.#operations === 0 && [...this.#servers.values()].every(({ client }) => client.state === 'configured')
  }

  /** Runs an operation; until it ends these clients are not forgotten. */
  async during<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#operations++
    try {
      return await work()
    } finally {
      this.#operations--
    }
  }

  /**
   * The servers that the session has now. Clients of those it has no longer are closed.
   *
   * @throws {@link SessError} `SESSION_CLOSED`, `SESSION_ARCHIVED`, `MCP_CLOSED`.
   */
  async servers(session: ResourceHolder, signal?: AbortSignal): Promise<KeptServers> {
    const { session: record, value } = await session.resourceState(resourceName).read({ signal })
    if (record.status === 'closed' || record.status === 'archived') {
      await this.close()
      throw refused(record)
    }
    if (this.#closed !== null) throw new SessError('MCP_CLOSED', 'the clients of the session were closed', {})
    const kept = keptServers(value)
    for (const [id, held] of this.#servers) if (kept.get(id)?.revision !== held.revision) void this.drop(id)
    return kept
  }

  /** Changes what the session has. */
  async change(
    session: ResourceHolder,
    change: (servers: Map<string, KeptServer>) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      await session.resourceState(resourceName).update(
        (value) => {
          const servers = new Map(keptServers(value))
          change(servers)
          return keptValue(servers)
        },
        { signal },
      )
    } catch (error) {
      if (!isSessError(error, 'TOO_LARGE')) throw error
      const { maxBytes: limit } = error.details
      const reason = 'the configurations and accepted tools of the session take too much room'
      throw new SessError('MCP_LIMIT', reason, { limit, unit: 'bytes', reason }, { cause: error })
    }
  }

  /** The client of a server in this process, made if there is none. */
  held(session: ResourceHolder, kept: KeptServer): HeldServer {
    const { id } = kept.config
    const held = this.#servers.get(id)
    if (held !== undefined && held.revision === kept.revision) return held
    const made = this.#make(session, kept)
    if (held !== undefined) void held.close()
    this.#servers.set(id, made)
    return made
  }

  /** The client of a server if this process has one. */
  peek({ config, revision }: KeptServer): HeldServer | null {
    const held = this.#servers.get(config.id)
    return held?.revision === revision ? held : null
  }

  /** Closes a client. @returns whether it ended in time; true if there was none. */
  async drop(id: string): Promise<boolean> {
    const held = this.#servers.get(id)
    this.#servers.delete(id)
    return (await held?.close()) ?? true
  }

  /** Closes all clients, at the same time; nothing can be used any more. Does not take longer than closing one may. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const closed = await Promise.all([...this.#servers.keys()].map((id) => this.drop(id)))
    if (closed.includes(false)) throw new SessError('MCP_CLOSED', 'a client did not end in time', {})
  }

  #make(session: ResourceHolder, kept: KeptServer): HeldServer {
    const { options, driver, timeouts, limits, logger, nextGeneration, http } = this.#parts
    const { config, revision } = kept
    const { id: server } = config
    const reports = new ClientReports(session, logger)
    let generation = 0
    const host = {
      driver,
      timeouts,
      nextGeneration: () => {
        generation = nextGeneration()
        return generation
      },
      open: async (signal: AbortSignal) => {
        const { owner } = session.record
        // What the store has may have been written by another version, or by somebody else.
        const checked: ServerConfig = checkedConfig(config)
        const { workspacePath } = session
        return await openEndpoint(checked, options, {
          owner,
          sessionId: session.id,
          server,
          workspacePath,
          signal,
          fetch: http.fetch,
        })
      },
      onTransition: (transition: Transition) => {
        reports.changed(server, transition)
        if (transition.to === 'configured') this.#onIdle()
      },
      onConnected: (_: unknown, durationMs: number) => reports.connected(server, generation, durationMs),
      onFailed: reports.failed.bind(reports, server),
      onWarning: (warning: string) => reports.warned(server, { warning }, 'an MCP server did something odd'),
    }
    return new HeldServer(kept, host, {
      reports,
      maxTools: limits.toolsPerServer,
      otherServers: () => [...this.#servers.keys()].filter((id) => id !== server),
      firstTools: options.firstTools ?? 'accept',
      pinFirst: async (first) => {
        let pins: Pins = first
        await this.change(session, (servers) => {
          const now = servers.get(server)
          if (now?.revision !== revision) throw mcpError('MCP_SERVER_NOT_FOUND', server, 'it was removed')
          pins = now.pins ?? first
          servers.set(server, { ...now, pins })
        })
        return pins
      },
      readPins: async () => {
        const now = (await this.servers(session)).get(server)
        return now?.revision === revision ? now.pins : undefined
      },
    })
  }
}

/** The name of the hub among the resources of a session. */
export const resourceName = 'mcp'

/** A server that is new to a session. */
export function newServer(config: ServerConfig): KeptServer {
  return { config, revision: newId(), pins: null }
}

function refused({ id, status }: SessionRecord): SessError {
  return status === 'closed'
    ? new SessError('SESSION_CLOSED', 'the session is closed', { sessionId: id })
    : new SessError('SESSION_ARCHIVED', 'the session is archived', { sessionId: id })
}
