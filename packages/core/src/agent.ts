import type { ChatRecord } from './chat-record.ts'
import { SessError } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Message, MessageBody, Usage } from './message.ts'
import type { SessionContext } from './session-context.ts'
import type { SessionRecord } from './session-record.ts'
import type { TurnTools } from './tool-provider.ts'

/** What an agent gets to answer one message of a user. */
export interface Turn {
  readonly id: string
  readonly session: SessionRecord
  readonly chat: ChatRecord
  /** The session's system prompt and what the chat adds to it, '' if there is none. */
  readonly systemPrompt: string
  /** The chat's agent settings (provider, model, …). */
  readonly settings: JsonObject
  /** The newest messages, oldest first, the user's last: every tool call with its results right behind it. */
  readonly messages: readonly Message[]
  /** The user's message, also the last of `messages`. */
  readonly message: Message
  /** The session's context values. */
  readonly context: SessionContext
  /** The session's tools. What is called through it is kept in the chat. */
  readonly tools: TurnTools
  /** The session's folder, null if the manager has no workspaces. */
  readonly workspacePath: string | null
}

/** A whole message of an agent. Its text supersedes the deltas that came since the message before. */
export type AgentMessage = Omit<MessageBody, 'interrupted' | 'turnId'> & {
  readonly role: 'assistant' | 'tool'
  /** @default a new UUIDv7 */
  readonly id?: string | undefined
}

/** What an agent says while it works. A plain string is a piece of text. */
export type AgentEvent =
  | string
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'message'; readonly message: AgentMessage }
  | { readonly type: 'usage'; readonly usage: Usage }

/** Answers turns. When `signal` aborts, nobody listens any more: it should stop what it pays for. */
export interface RespondingAgent {
  /** The events of one answer, in order. What it throws is `AGENT_FAILED`. */
  respond(turn: Turn, options: { readonly signal: AbortSignal }): AsyncIterable<AgentEvent>
}

/** A {@link RespondingAgent}, or a function that answers with text, all at once or bit by bit. */
export type Agent =
  | RespondingAgent
  | ((turn: Turn, options: { readonly signal: AbortSignal }) => Promise<string> | AsyncIterable<AgentEvent>)

/** The events of any kind of agent. @throws {@link SessError} `AGENT_FAILED` around what the agent throws. */
export async function* agentEvents(
  agent: Agent,
  turn: Turn,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, void, undefined> {
  try {
    const answer = typeof agent === 'function' ? agent(turn, { signal }) : agent.respond(turn, { signal })
    if (Symbol.asyncIterator in answer) yield* answer
    else yield await answer
  } catch (error) {
    throw agentFailed(turn.id, error)
  }
}

/** The error around what an agent threw, or around what is wrong with what it said. */
export function agentFailed(turnId: string, cause: unknown): SessError<'AGENT_FAILED'> {
  return new SessError('AGENT_FAILED', 'the agent failed', { turnId }, { cause })
}
