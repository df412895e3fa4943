import { destroyCases } from './destroy-cases.ts'
import { fileCases } from './file-cases.ts'
import { hostileCases } from './hostile-cases.ts'
import { placeCases } from './place-cases.ts'
import { quotaCases } from './quota-cases.ts'
import type { WorkspaceCase } from './world.ts'

/** What holds of workspaces, however their folders are reached. */
export const workspaceCases: readonly WorkspaceCase[] = [
  ...placeCases,
  ...fileCases,
  ...hostileCases,
  ...quotaCases,
  ...destroyCases,
]
