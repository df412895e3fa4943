import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AuditEvent,
  type Owner,
  type SessEvents,
  type Session,
  SessionManager,
  type SessionManagerOptions,
} from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { onTestFinished } from 'vitest'
import { McpHub, type McpHubOptions, type ServerConfig } from '../src/index.ts'
import { folderAt, programRules } from './session-task.ts'

export const ada: Owner = { orgId: 'acme', userId: 'ada' }

const require = createRequire(import.meta.url)

/** The servers of the protocol's authors, as npm has them. */
export const everything: string = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')
export const filesystem: string = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
export const memory: string = require.resolve('@modelcontextprotocol/server-memory/dist/index.js')

/** A configuration that starts a program of Node. */
export function program(id: string, file: string, ...args: string[]): ServerConfig & { transport: 'stdio' } {
  return { id, transport: 'stdio', command: 'node', args: [file, ...args] }
}

/** Everything that was told and audited, as it came. */
export interface Trail {
  readonly audited: AuditEvent[]
  readonly transitions: string[]
}

export interface World {
  readonly hub: McpHub
  readonly manager: SessionManager
  readonly session: Session
  readonly folder: string
  readonly trail: Trail
}

/** A session whose folder is real, of a manager with a hub that may start Node. Everything is gone after the test. */
export async function newWorld(
  options: McpHubOptions = {},
  managerOptions: Partial<SessionManagerOptions> = {},
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'sess-mcp-'))
  const trail: Trail = { audited: [], transitions: [] }
  const hub = new McpHub({ commands: programRules, ...options })
  const manager = new SessionManager({
    store: new MemoryStore(),
    cleanup: false,
    resources: [folderAt(folder), hub],
    tools: hub,
    audit: { record: async (event) => void trail.audited.push(event) },
    ...managerOptions,
  })
  manager.on('mcp-client-changed', ({ details }: SessEvents['mcp-client-changed']) => {
    trail.transitions.push(`${details.from} → ${details.to}`)
  })
  onTestFinished(async () => {
    await manager.close()
    await rm(folder, { recursive: true, force: true })
  })
  const session = await manager.for(ada).createSession()
  return { hub, manager, session, folder, trail }
}

/** What was audited of a kind. */
export function audited({ audited }: Trail, type: AuditEvent['type']): readonly AuditEvent[] {
  return audited.filter((event) => event.type === type)
}
