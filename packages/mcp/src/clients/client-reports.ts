import type { JsonObject, Logger, ResourceHolder, ResourceReport } from '@sess/core'
import type { ClientFailure, Transition } from './client-state.ts'

/** Tells listeners and the audit log what the clients of a session do: names, codes and figures. */
export class ClientReports {
  readonly #session: ResourceHolder
  readonly #logger: Logger

  constructor(session: ResourceHolder, logger: Logger) {
    this.#session = session
    this.#logger = logger
  }

  changed(server: string, { from, to, generation }: Transition): void {
    this.#meanwhile('mcp-client-changed', 'ok', { server, from, to, generation })
  }

  added(server: string, transport: string): Promise<void> {
    return this.#report('mcp-client-added', 'ok', { server, transport })
  }

  connected(server: string, generation: number, durationMs: number): Promise<void> {
    return this.#report('mcp-client-connected', 'ok', { server, generation, durationMs })
  }

  failed(server: string, { code }: ClientFailure, generation: number): void {
    this.#meanwhile('mcp-client-failed', 'failed', { server, code, generation })
  }

  /** `closed`: whether its connection ended in time. */
  removed(server: string, closed: boolean): Promise<void> {
    return this.#report('mcp-client-removed', closed ? 'ok' : 'failed', { server })
  }

  toolsChanged(server: string, counts: { readonly [what: string]: number }): Promise<void> {
    return this.#report('mcp-tools-changed', 'ok', { server, ...counts })
  }

  called(details: {
    readonly server: string
    readonly tool: string | null
    readonly durationMs: number
    readonly outcome: string
    readonly bytes: number | null
  }): Promise<void> {
    return this.#report('mcp-tool-called', details.outcome === 'ok' ? 'ok' : 'failed', details)
  }

  warned(server: string, details: object, message: string): void {
    this.#logger.warn({ sessionId: this.#session.id, server, ...details }, message)
  }

  /** For what nobody waits for: it has happened, whether the audit log keeps it or not. */
  #meanwhile(type: ResourceReport['type'], outcome: 'ok' | 'failed', details: JsonObject): void {
    this.#report(type, outcome, details).catch((error: unknown) => {
      this.#logger.error({ sessionId: this.#session.id, event: type, error }, 'a report of an MCP client was not kept')
    })
  }

  async #report(type: ResourceReport['type'], outcome: 'ok' | 'failed', details: JsonObject): Promise<void> {
    await this.#session.report({ type, outcome, details })
  }
}
