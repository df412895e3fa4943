import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { ChatView, SessionView } from '../../src/web/views.ts'
import { api } from './api.ts'
import { leaveChat, shownChat, watchChat } from './live.ts'
import { telling } from './notices.ts'
import { sessions } from './sessions.ts'

/** Which session and chat are shown. */
export const openId: Signal<string | null> = signal(null)
export const chats: Signal<readonly ChatView[]> = signal([])
export const openChatId: Signal<string | null> = signal(null)

export const openSession: ReadonlySignal<SessionView | null> = computed(
  () => sessions.value.find(({ id }) => id === openId.value) ?? null,
)
export const openChat: ReadonlySignal<ChatView | null> = computed(
  () => chats.value.find(({ id }) => id === openChatId.value) ?? null,
)

/** The path of the open chat below `/api`. */
export function chatPath(): string {
  return `/sessions/${openId.value}/chats/${openChatId.value}`
}

/** Shows a session with its active chat, or with the chat that is named. */
export async function showSession(session: SessionView, chatId?: string): Promise<void> {
  const found = await api<ChatView[]>('GET', `/sessions/${session.id}/chats`)
  chats.value = found
  openId.value = session.id
  const wanted = found.find(({ id }) => id === (chatId ?? session.activeChatId)) ?? found[0]
  showChat(wanted?.id ?? null)
}

export function closeSession(): void {
  leaveChat()
  openId.value = null
  openChatId.value = null
  chats.value = []
  history.replaceState(null, '', '#')
}

/** Another tab is shown at once; that the chat is the active one now is told to the server by the way. */
export async function switchChat(id: string): Promise<void> {
  showChat(id)
  if (openSession.value?.status === 'active') await api('POST', `${chatPath()}/activate`)
}

export type ChatFields = Pick<ChatView, 'name' | 'systemPrompt' | 'model'>

export async function createChat(fields: ChatFields): Promise<void> {
  const chat = await api<ChatView>('POST', `/sessions/${openId.value}/chats`, fields)
  // The session may have told of it already.
  chats.value = [...chats.value.filter(({ id }) => id !== chat.id), chat]
  await switchChat(chat.id)
}

export async function changeChat(id: string, fields: ChatFields): Promise<void> {
  const chat = await api<ChatView>('PATCH', `/sessions/${openId.value}/chats/${id}`, fields)
  chats.value = chats.value.map((other) => (other.id === id ? chat : other))
}

export async function deleteChat(id: string): Promise<void> {
  const isOpen = openChatId.value === id
  // What is told of its end would have the panels ask for what is no longer there.
  if (isOpen) leaveChat()
  try {
    await api('DELETE', `/sessions/${openId.value}/chats/${id}`)
  } catch (error) {
    if (isOpen) watchChat(chatPath())
    throw error
  }
  chats.value = chats.value.filter((chat) => chat.id !== id)
  if (isOpen) showChat(chats.value[0]?.id ?? null)
}

// Somebody else, or another tab of the browser, made a chat or deleted one.
effect(() => {
  const session = openSession.value
  if (session !== null && session.chatCount !== chats.peek().length) void telling(loadChats(session.id))
})

// The same of its name, prompt or model.
effect(() => {
  const chat = shownChat.value
  if (chat !== null) chats.value = chats.peek().map((other) => (other.id === chat.id ? chat : other))
})

async function loadChats(sessionId: string): Promise<void> {
  const found = await api<ChatView[]>('GET', `/sessions/${sessionId}/chats`)
  if (openId.value === sessionId) chats.value = found
}

function showChat(id: string | null): void {
  openChatId.value = id
  history.replaceState(null, '', `#${openId.value}${id === null ? '' : `/${id}`}`)
  if (id === null) leaveChat()
  else watchChat(chatPath())
}
