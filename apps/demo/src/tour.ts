import type { Agent } from '@sess/core'
import type { Workspaces } from '@sess/core/workspace'
import type { McpHub } from '@sess/mcp'
import { demoManager } from './demo-manager.ts'
import type { Screen } from './screen.ts'
import { showFigures } from './tour/figures.ts'
import { showFolder } from './tour/folder.ts'
import { showIsolation } from './tour/isolation.ts'
import { showLifetime } from './tour/lifetime.ts'
import { showLimits } from './tour/limits.ts'
import { openSessions } from './tour/open-sessions.ts'
import { showPause } from './tour/pause.ts'
import { showState } from './tour/state.ts'
import { showTools } from './tour/tools.ts'
import { showTurns } from './tour/turns.ts'
import { showTwoChats } from './tour/two-chats.ts'

/** Plays the walk-through. @throws if anything does not go as it should: then the demo itself is wrong. */
export async function playTour(agent: Agent, screen: Screen, folders: Workspaces, hub: McpHub): Promise<void> {
  const manager = demoManager(agent, [folders, hub], hub)
  const heard = new Map<string, number>()
  for (const name of ['session-created', 'message-added', 'turn-ended', 'limit-reached', 'session-expired'] as const)
    manager.on(name, () => heard.set(name, (heard.get(name) ?? 0) + 1))
  try {
    const stage = await openSessions(manager, screen)
    const chats = await showTwoChats(stage)
    await showIsolation(stage)
    await showLimits(stage)
    await showPause(stage)
    await showTurns(stage, chats.general)
    await showState(stage)
    await showFolder(stage, folders)
    await showTools(stage, hub, folders)
    await showLifetime(stage)
    await showFigures(stage, chats.general, heard)
  } finally {
    await manager.close()
  }
  screen.done('Session manager cleanup completed')
}
