import type {
  Chat,
  ChatStats,
  JsonValue,
  ManagerHealth,
  Message,
  Role,
  Session,
  SessionStats,
  SessionStatus,
  UserReport,
} from '@sess/core'
import type { Problem } from './problem.ts'

/** A session as the page is told of it. */
export interface SessionView {
  readonly id: string
  readonly name: string
  readonly status: SessionStatus
  readonly tags: readonly string[]
  readonly chatCount: number
  readonly activeChatId: string | null
  readonly createdAt: number
  readonly lastActiveAt: number
  readonly expiresAt: number | null
  readonly version: number
}

export interface SessionList {
  readonly sessions: readonly SessionView[]
  readonly nextCursor: string | null
  /** The server's clock, by which the page reckons what time is left. */
  readonly now: number
}

export interface ChatView {
  readonly id: string
  readonly name: string
  readonly systemPrompt: string
  readonly model: string
  readonly messageCount: number
}

/** What the page is told while it shows a chat. The first is always a snapshot. */
export type LiveEvent =
  | { readonly type: 'snapshot'; readonly messages: readonly Message[]; readonly answering: Answering | null }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'started'; readonly answering: Answering }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'ended'; readonly turnId: string; readonly problem: Problem | null }
  | { readonly type: 'session'; readonly session: SessionView; readonly now: number }
  /** The chat could not be read; null when it can be again. */
  | { readonly type: 'trouble'; readonly problem: Problem | null }

/** An answer that this process is writing: what of it is in no message yet. */
export interface Answering {
  readonly turnId: string
  readonly text: string
  readonly reasoning: string
}

/** A layer of the system prompt. */
export interface PromptLayer {
  readonly scope: string
  readonly name: string
  readonly text: string
}

export interface PromptView {
  readonly layers: readonly PromptLayer[]
  readonly tokens: number
  readonly digest: string | null
}

export interface ContextEntry {
  readonly key: string
  readonly value: JsonValue
}

export interface ServerView {
  readonly id: string
  readonly transport: string
  readonly target: string
  readonly state: string
  readonly failure: string | null
}

export interface ToolView {
  readonly name: string
  readonly server: string
  readonly description: string
}

export interface FileView {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly bytes: number
}

export interface Figures {
  readonly chat: Omit<ChatStats, 'lastMessage'>
  readonly session: SessionStats
  readonly user: Pick<UserReport, 'sessions' | 'chats' | 'messages'>
  /** Who spoke when, of the newest messages. */
  readonly times: readonly { readonly role: Role; readonly createdAt: number }[]
}

export interface Health extends ManagerHealth {
  /** memory, redis or mysql. */
  readonly type: string
}

export function sessionView({ record }: Session): SessionView {
  const { id, name, status, tags, chatCount, activeChatId, createdAt, lastActiveAt, expiresAt, version } = record
  const plain = { id, status, tags, chatCount, activeChatId, createdAt, lastActiveAt, expiresAt, version }
  return { ...plain, name: name ?? 'Untitled' }
}

export function chatView({ record }: Chat): ChatView {
  const { id, name, systemPrompt, agent, messageCount } = record
  const { model } = agent
  return {
    ...{ id, messageCount, name: name ?? 'Untitled', systemPrompt: systemPrompt ?? '' },
    model: typeof model === 'string' ? model : '',
  }
}
