import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { SessionList, SessionView } from '../../src/web/views.ts'
import { api } from './api.ts'
import { setClock } from './clock.ts'

/** The person's sessions, newest first. */
export const sessions: Signal<readonly SessionView[]> = signal([])
/** What is looked for in the list. */
export const search: Signal<string> = signal('')
/** Where the list goes on, null at its end. */
export const moreSessions: Signal<string | null> = signal(null)

/** The sessions that fit what is looked for: every word in name, tags or state. */
export const shownSessions: ReadonlySignal<readonly SessionView[]> = computed(() => {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  return sessions.value.filter(({ name, tags, status }) => {
    const text = [name, ...tags, status].join(' ').toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
})

export async function loadSessions(cursor?: string): Promise<void> {
  const list = await api<SessionList>('GET', `/sessions${cursor === undefined ? '' : `?cursor=${cursor}`}`)
  sessions.value = cursor === undefined ? list.sessions : [...sessions.value, ...list.sessions]
  moreSessions.value = list.nextCursor
  setClock(list.now)
}

/** Puts what is known now of a session in its place, or on top if it is new. */
export function putSession(session: SessionView): void {
  const known = sessions.value.some(({ id }) => id === session.id)
  sessions.value = known
    ? sessions.value.map((other) => (other.id === session.id ? session : other))
    : [session, ...sessions.value]
}

export async function createSession(name: string): Promise<SessionView> {
  const session = await api<SessionView>('POST', '/sessions', { name })
  putSession(session)
  return session
}

export async function importSession(file: Blob): Promise<SessionView> {
  const session = await api<SessionView>('POST', '/sessions/import', file)
  putSession(session)
  return session
}

export async function deleteSession(id: string): Promise<void> {
  await api('DELETE', `/sessions/${id}`)
  sessions.value = sessions.value.filter((session) => session.id !== id)
}

export type SessionAction = 'pause' | 'resume' | 'archive' | 'restore' | 'close' | 'extend'

export async function actOn(id: string, action: SessionAction): Promise<void> {
  putSession(await api<SessionView>('POST', `/sessions/${id}/${action}`))
}

export async function renameSession(id: string, name: string): Promise<void> {
  putSession(await api<SessionView>('PATCH', `/sessions/${id}`, { name }))
}
