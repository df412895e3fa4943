import { existsSync } from 'node:fs'
import { describe, test } from 'vitest'
import { DescriptorFolder } from '../../src/workspace/descriptor-folder.ts'
import { PathFolder } from '../../src/workspace/path-folder.ts'
import { Workspaces } from '../../src/workspace/workspaces.ts'
import { workspaceCases } from './cases/workspace-cases.ts'
import { runCase } from './cases/world.ts'

const ways = { descriptors: DescriptorFolder.open, paths: PathFolder.open }

for (const [way, open] of Object.entries(ways)) {
  // Both ways are tested where both work, which is on Linux.
  if (way === 'descriptors' && !existsSync('/proc/self/fd')) continue
  describe(`on ${way}`, () => {
    for (const one of workspaceCases)
      test(one.name, { timeout: 30_000 }, () =>
        runCase((root, options = {}) => new Workspaces(root, options, open), one),
      )
  })
}
