import type { SessionManager } from '@sess/core'
import type { Workspaces } from '@sess/core/workspace'
import type { McpHub } from '@sess/mcp'
import type { ChosenAgent } from '../chosen-agent.ts'
import type { AuditFile } from './audit-file.ts'
import type { Happenings } from './happenings.ts'

/** What the routes work with. */
export interface WebParts {
  readonly manager: SessionManager
  /** memory, redis or mysql. */
  readonly store: string
  readonly agent: ChosenAgent
  readonly hub: McpHub
  readonly folders: Workspaces
  readonly audit: AuditFile
  readonly happenings: Happenings
}
