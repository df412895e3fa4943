import {
  type CallOptions,
  invalidArgument,
  isSessError,
  type Logger,
  type ResourceHolder,
  type SessionRecord,
  type SessionResource,
  type ToolCall,
  type ToolDefinition,
  type ToolOutcome,
  type ToolProvider,
} from '@sess/core'
import { HeldClients, type HubParts, resourceName } from './clients/held-clients.ts'
import { sdkDriver } from './driver/sdk-driver.ts'
import { guardedFetch } from './http/guarded-fetch.ts'
import { checkedMcpLimits, checkedMcpTimeouts, type McpHubOptions } from './hub-options.ts'
import { McpClients } from './mcp-clients.ts'
import { SchemaChecker } from './tools/schema-checker.ts'
import { toolOutcome } from './tools/tool-outcome.ts'

const optionNames = [
  ...['driver', 'commands', 'variables', 'workingDirectory', 'secrets', 'oauth', 'http', 'factories', 'firstTools'],
  ...['limits', 'timeouts', 'logger'],
]

/**
 * The MCP clients of all sessions: `new SessionManager({ resources: [workspaces(root), hub], tools: hub })`. What a session has is kept
 * with it in the store; this process holds a client for each server that it uses, and gives it back when the session or the manager ends.
 */
export class McpHub implements SessionResource, ToolProvider {
  readonly name: string = resourceName
  readonly #parts: HubParts
  readonly #held = new Map<string, HeldClients>()
  #generation = 0

  /** @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
  constructor(options: McpHubOptions = {}) {
    if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
    const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
    if (unknown !== undefined)
      throw invalidArgument(`options.${unknown}`, `is unknown; there are ${optionNames.join(', ')}`)
    this.#parts = {
      options,
      driver: options.driver ?? sdkDriver(),
      http: guardedFetch(options.http),
      limits: checkedMcpLimits(options.limits ?? {}),
      timeouts: checkedMcpTimeouts(options.timeouts ?? {}),
      logger: options.logger ?? silent,
      schemas: new SchemaChecker(),
      nextGeneration: () => ++this.#generation,
    }
  }

  /** The servers of a session, to add, use and remove. */
  for(session: ResourceHolder): McpClients {
    if (typeof session?.resourceState !== 'function') throw invalidArgument('session', 'must be a session')
    return new McpClients(session, this.#parts, (holder, work) => this.#within(holder, work))
  }

  /** {@link McpClients.listTools}, as an agent is told of them. */
  async listTools(session: ResourceHolder, options?: CallOptions): Promise<readonly ToolDefinition[]> {
    const tools = await this.for(session).listTools(options)
    return tools.map(({ name, definition: { title, description, inputSchema, annotations } }) => {
      const readOnly = annotations?.readOnlyHint === true
      return {
        name,
        ...(title !== undefined && { title }),
        ...(description !== undefined && { description }),
        inputSchema,
        readOnly,
      }
    })
  }

  /** {@link McpClients.callTool}. The output is the structured content, else the text, else all the content there is. */
  async callTool(session: ResourceHolder, { name, input }: ToolCall, options?: CallOptions): Promise<ToolOutcome> {
    return toolOutcome(await this.for(session).callTool(name, input, options))
  }

  /** Nothing is to be made: a session begins without servers. */
  async provision(_session: SessionRecord): Promise<void> {}

  /** Ends what this process holds for the session: all at the same time, and in little more than `closeMs`. */
  async release({ id }: SessionRecord): Promise<void> {
    const held = this.#held.get(id)
    this.#held.delete(id)
    await held?.close()
  }

  /** Nothing outlives the processes but what is kept in the session's record, and that goes with it. */
  async destroy(session: SessionRecord): Promise<void> {
    await this.release(session)
  }

  /** Runs an operation on what this process holds for the session. It is held from the first moment, so that a release finds it. */
  async #within<Value>(session: ResourceHolder, work: (clients: HeldClients) => Promise<Value>): Promise<Value> {
    const held = this.#held.get(session.id) ?? this.#hold(session)
    try {
      return await held.during(() => work(held))
    } catch (error) {
      if (isSessError(error, 'SESSION_NOT_FOUND') || isSessError(error, 'SESSION_EXPIRED')) await held.close()
      throw error
    } finally {
      this.#forget(session.id, held)
    }
  }

  /** What holds nothing is not kept: sessions are many, and few are in use. */
  #forget(sessionId: string, held: HeldClients): void {
    if (held.idle && this.#held.get(sessionId) === held) this.#held.delete(sessionId)
  }

  #hold(session: ResourceHolder): HeldClients {
    session.hold()
    const held: HeldClients = new HeldClients(this.#parts, () => this.#forget(session.id, held))
    this.#held.set(session.id, held)
    return held
  }
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
