import type { SessionResource } from '@sess/core'
import type { CommandRule, ServerConfig } from '../src/index.ts'
import type { StoreAt } from './stores.ts'

/** What a process is to work on. */
export interface ProgramTask {
  readonly store: StoreAt
  readonly folder: string
  readonly servers: readonly ServerConfig[]
}

/** The tools of `servers/ledger.ts`, where the server is called so. */
export const ledgerTools = { pay: 'ledger__pay', die: 'ledger__pay-and-die', hang: 'ledger__pay-and-hang' }

/** Programs of Node, whatever their arguments: what may run is not what these tests are about. */
export const programRules: readonly CommandRule[] = [{ command: 'node', args: () => true }]

/** A resource that gives all sessions one folder. */
export function folderAt(path: string): SessionResource & { pathOf(): string } {
  const nothing = async (): Promise<void> => {}
  return { name: 'folder', provision: nothing, release: nothing, destroy: nothing, pathOf: () => path }
}
