import { type Signal, signal } from '@preact/signals'
import type { Person } from '../../src/web/people.ts'
import { api } from './api.ts'
import { closeSession } from './open-session.ts'
import { loadSessions, sessions } from './sessions.ts'

export const people: Signal<readonly Person[]> = signal([])
/** Who sits here; null if nobody, undefined while that is not known. */
export const me: Signal<Person | null | undefined> = signal(undefined)
/** The agent of the server, and what chats can choose from. */
export const agent: Signal<AgentFacts> = signal({ description: '', models: [] })

interface AgentFacts {
  readonly description: string
  readonly models: readonly { readonly id: string; readonly name: string }[]
}

export async function loadMe(): Promise<void> {
  const known = await api<{ people: readonly Person[]; me: Person | null }>('GET', '/people')
  people.value = known.people
  if (known.me !== null) await enter()
  me.value = known.me
}

export async function signIn(person: Person): Promise<void> {
  await api('POST', '/sign-in', { person: person.id })
  await enter()
  me.value = person
}

export async function signOut(): Promise<void> {
  await api('POST', '/sign-out')
  closeSession()
  sessions.value = []
  me.value = null
}

async function enter(): Promise<void> {
  const [facts] = await Promise.all([api<AgentFacts>('GET', '/agent'), loadSessions()])
  agent.value = facts
}
