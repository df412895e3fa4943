import type {
  Chat,
  ChatEvent,
  ChatSnapshot,
  ChatStats,
  JsonValue,
  ManagerHealth,
  Role,
  Session,
  SessionStats,
  SessionStatus,
  UserReport,
} from '@sess/core'
import { type Problem, problemOf } from './problem.ts'

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
  /** Until when a turn is known to run, in whatever process. */
  readonly turnExpiresAt: number | null
}

/** What the page is told of the chat that it shows. The first is always a snapshot. */
export type LiveEvent =
  | (Pick<ChatSnapshot, 'type' | 'messages' | 'turn'> & Records)
  | ({ readonly type: 'changed' } & Records)
  | Extract<ChatEvent, { readonly type: 'message' | 'turn-started' | 'text' | 'reasoning' | 'available' }>
  | { readonly type: 'turn-ended'; readonly turnId: string; readonly problem: Problem | null }
  /** The chat can't be read at the moment. */
  | { readonly type: 'unavailable'; readonly problem: Problem }
  /** There is nothing more to tell: the chat is gone. */
  | { readonly type: 'over'; readonly problem: Problem }

interface Records {
  readonly session: SessionView
  readonly chat: ChatView
  /** The server's clock. */
  readonly now: number
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

export function sessionView({ record }: Pick<Session, 'record'>): SessionView {
  const { id, name, status, tags, chatCount, activeChatId, createdAt, lastActiveAt, expiresAt, version } = record
  const plain = { id, status, tags, chatCount, activeChatId, createdAt, lastActiveAt, expiresAt, version }
  return { ...plain, name: name ?? 'Untitled' }
}

export function chatView({ record }: Pick<Chat, 'record'>): ChatView {
  const { id, name, systemPrompt, agent, messageCount, turnExpiresAt } = record
  const { model } = agent
  return {
    ...{ id, messageCount, turnExpiresAt, name: name ?? 'Untitled', systemPrompt: systemPrompt ?? '' },
    model: typeof model === 'string' ? model : '',
  }
}

export function liveEvent(event: ChatEvent): LiveEvent {
  switch (event.type) {
    case 'snapshot':
      return { type: 'snapshot', messages: event.messages, turn: event.turn, ...records(event) }
    case 'changed':
      return { type: 'changed', ...records(event) }
    case 'turn-ended':
      return { type: 'turn-ended', turnId: event.turnId, problem: event.error === null ? null : problemOf(event.error) }
    case 'unavailable':
      return { type: 'unavailable', problem: problemOf(event.error) }
    default:
      return event
  }
}

function records({ session, chat }: Pick<ChatSnapshot, 'session' | 'chat'>): Records {
  return { session: sessionView({ record: session }), chat: chatView({ record: chat }), now: Date.now() }
}
