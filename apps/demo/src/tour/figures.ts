import type { Chat } from '@sess/core'
import type { Screen } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** Statistics of a chat, a session, a user and the whole store; health; and what listeners heard. */
export async function showFigures(stage: Stage, chat: Chat, heard: ReadonlyMap<string, number>): Promise<void> {
  const { screen, manager, ada, adaSession } = stage
  screen.heading('11 · Statistics')

  const ofChat = await chat.stats()
  table(screen, `Chat statistics: ${chat.record.name}`, {
    Messages: ofChat.messageCount,
    'Turns completed': ofChat.turnCount,
    'Average response time': milliseconds(ofChat.averageResponseMs),
    'p95 response time': milliseconds(ofChat.p95ResponseMs),
  })

  const ofSession = await adaSession.stats()
  table(screen, `Session statistics: ${adaSession.record.name}`, {
    Status: ofSession.status,
    'Chat count': ofSession.chatCount,
    'Total messages': ofSession.messageCount,
    'Created at': new Date(ofSession.createdAt).toISOString(),
  })

  const report = await manager.userReport(ada.owner)
  table(screen, 'User report: ada of acme', {
    Sessions: report.totalSessions,
    Chats: report.chats,
    Messages: report.messages,
  })

  const system = await manager.stats()
  table(screen, 'System statistics', {
    Sessions: `${system.totalSessions} (${system.sessions.active} active)`,
    Users: system.users,
    Chats: system.chats,
    Messages: system.messages,
    'Chats per session': system.chatsPerSession.toFixed(1),
  })

  const health = await manager.health()
  screen.done(`Health: ${health.ok ? 'ok' : health.store.problems.join('; ')}, ${health.turns.running} turns running`)
  screen.done(`Events heard: ${[...heard].map(([name, count]) => `${count} × ${name}`).join(', ')}`)
}

function table(screen: Screen, title: string, rows: Readonly<Record<string, string | number>>): void {
  screen.done(title)
  for (const [name, value] of Object.entries(rows)) screen.detail(`${name.padEnd(22)} ${value}`)
}

function milliseconds(value: number | null): string {
  return value === null ? 'none yet' : `${Math.round(value)} ms`
}
