import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Message } from '@sess/core'
import type { Problem } from '../../src/web/problem.ts'
import type { PageEvent } from '../../src/web/routes/chats.ts'
import type { ChatView } from '../../src/web/views.ts'
import { api } from './api.ts'
import { now, setClock } from './clock.ts'
import { afterEvent, type Conversation, emptyConversation, pageSize, withNewer, withOlder } from './conversation.ts'
import { notify } from './notices.ts'
import { putSession } from './sessions.ts'
import { words } from './words.ts'

export const conversation: Signal<Conversation> = signal(emptyConversation)
// Parts of it that change less often, so that a word of an answer does not draw all messages anew.
export const messages: ReadonlySignal<readonly Message[]> = computed(() => conversation.value.messages)
export const isAtEnd: ReadonlySignal<boolean> = computed(() => conversation.value.isAtEnd)
export const isAnswering: ReadonlySignal<boolean> = computed(() => conversation.value.answering !== null)
/** The chat as the server last told of it. */
export const shownChat: Signal<ChatView | null> = signal(null)
/** Whether another process writes an answer: of it, only what is whole can be shown. */
export const isElsewhere: ReadonlySignal<boolean> = computed(() => {
  const { turnExpiresAt = null } = shownChat.value ?? {}
  return !isAnswering.value && turnExpiresAt !== null && turnExpiresAt > now.value
})

/** Why nothing comes at the moment, null if it does. */
export const trouble: Signal<Problem | null> = signal(null)
/** Grows whenever something happened that a panel may show. */
export const changes: Signal<number> = signal(0)
/** What a screen reader is told: the answer when it is whole, not every word. */
export const announced: Signal<string> = signal('')

let source: EventSource | null = null
let path = ''
let retry: ReturnType<typeof setTimeout> | undefined

/** Shows a chat as it is and as it becomes. The connection comes back by itself. */
export function watchChat(chatPath: string): void {
  leaveChat()
  path = chatPath
  connect()
}

export function leaveChat(): void {
  clearTimeout(retry)
  source?.close()
  source = null
  conversation.value = emptyConversation
  shownChat.value = null
  trouble.value = null
}

function connect(): void {
  const opened = new EventSource(`/api${path}/events`)
  source = opened
  opened.onmessage = ({ data }: MessageEvent<string>) => {
    if (source === opened) take(JSON.parse(data) as PageEvent)
  }
  opened.onerror = () => {
    if (source !== opened) return
    trouble.value = { type: '', title: 'the server does not answer', status: 0, code: 'UNREACHABLE', details: {} }
    // After a refusal the browser gives up; a server that starts again would not be found.
    if (opened.readyState !== EventSource.CLOSED) return
    clearTimeout(retry)
    retry = setTimeout(connect, 1_000)
  }
}

function take(event: PageEvent): void {
  switch (event.type) {
    case 'audit':
    case 'servers':
      changes.value++
      break
    case 'unavailable':
    case 'over':
      trouble.value = event.problem
      if (event.type === 'over') source?.close()
      changes.value++
      break
    case 'available':
      trouble.value = null
      changes.value++
      break
    default:
      if (event.type === 'snapshot' || event.type === 'changed') {
        setClock(event.now)
        putSession(event.session)
        shownChat.value = event.chat
        trouble.value = null
      }
      conversation.value = afterEvent(conversation.value, event)
      if (event.type === 'turn-ended') ended(event.problem)
  }
}

function ended(problem: Problem | null): void {
  changes.value++
  // The record that says so comes a little later.
  if (shownChat.value !== null) shownChat.value = { ...shownChat.value, turnExpiresAt: null }
  if (problem !== null) notify(words(problem), problem.code, problem.code !== 'TURN_INTERRUPTED')
  const last = conversation.value.messages.findLast(({ role }) => role === 'assistant')
  if (problem === null && typeof last?.content === 'string') announced.value = last.content
}

export async function loadOlder(): Promise<void> {
  const [first] = conversation.value.messages
  if (first === undefined || !conversation.value.hasOlder) return
  const older = await api<Message[]>('GET', `${path}/messages?before=${first.seq}&limit=${pageSize}`)
  if (conversation.value.messages[0]?.id === first.id) conversation.value = withOlder(conversation.value, older)
}

export async function loadNewer(): Promise<void> {
  const last = conversation.value.messages.at(-1)
  if (last === undefined || conversation.value.isAtEnd) return
  const newer = await api<Message[]>('GET', `${path}/messages?after=${last.seq}&limit=${pageSize}`)
  if (conversation.value.messages.at(-1)?.id === last.id) conversation.value = withNewer(conversation.value, newer)
}

/** Leaves the old messages for the newest ones. */
export async function jumpToEnd(): Promise<void> {
  const newest = await api<Message[]>('GET', `${path}/messages?limit=${pageSize}`)
  const hasOlder = (newest[0]?.seq ?? 1) > 1
  conversation.value = { ...conversation.value, messages: newest, hasOlder, isAtEnd: true }
}
