import type { Session, SessionManager, UserSessions } from '@sess/core'
import type { Screen } from '../screen.ts'

/** What the steps of the tour share. */
export interface Stage {
  readonly screen: Screen
  readonly manager: SessionManager
  /** Ada of Acme, and Ben of Globex. */
  readonly ada: UserSessions
  readonly ben: UserSessions
  readonly adaSession: Session
  readonly benSession: Session
}

/** Two users of two organisations open a session each, and each gets a prompt of their own. */
export async function openSessions(manager: SessionManager, screen: Screen): Promise<Stage> {
  const ada = manager.for({ orgId: 'acme', userId: 'ada' })
  const ben = manager.for({ orgId: 'globex', userId: 'ben' })

  screen.heading('1 · Two users, two organisations')
  const adaSession = await ada.createSession({
    name: 'My Work Session',
    tags: ['work', 'productivity'],
    metadata: { userAgent: 'Browser/1.0' },
    preferences: { theme: 'dark' },
    promptVariables: { language: 'English and French' },
    limits: { chatsPerSession: 3 },
  })
  const { name, tags, metadata } = adaSession.record
  screen.done(`Session created: ${name}, for ada of acme`)
  screen.detail(`tags ${tags.join(', ')}; metadata ${JSON.stringify(metadata)}`)
  const benSession = await ben.createSession({ name: 'Travel desk' })
  screen.done(`Session created: ${benSession.record.name}, for ben of globex`)

  for (const session of [adaSession, benSession]) {
    const { owner, systemPrompt } = session.record
    const parts = systemPrompt?.parts ?? []
    screen.done(`System prompt for ${owner.userId}, composed from ${parts.length} parts:`)
    for (const { scope, start, end } of parts) screen.detail(`${scope}: ${session.systemPrompt.slice(start, end)}`)
  }
  return { screen, manager, ada, ben, adaSession, benSession }
}
