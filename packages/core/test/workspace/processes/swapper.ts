import { linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Plays a hostile program in a workspace: puts links to the outside in the place of a folder and a file, and back, without end.
const [workspace = '', outside = ''] = process.argv.slice(2)
const [folder, file, aside] = [join(workspace, 'folder'), join(workspace, 'file'), join(workspace, 'aside')]
const attempt = (work: () => void): void => {
  try {
    work()
  } catch {
    // The other side writes too, and may just have been faster.
  }
}
let rounds = 0
process.on('message', () => process.send?.(rounds))
const round = (): void => {
  for (let turn = 0; turn < 20; turn++) {
    attempt(() => renameSync(folder, aside))
    attempt(() => symlinkSync(outside, folder))
    attempt(() => unlinkSync(file))
    attempt(() => (turn % 2 ? symlinkSync : linkSync)(join(outside, 'secret.txt'), file))
    attempt(() => unlinkSync(folder))
    attempt(() => renameSync(aside, folder))
    attempt(() => mkdirSync(folder))
    attempt(() => unlinkSync(file))
    attempt(() => writeFileSync(file, 'mine'))
    attempt(() => writeFileSync(join(folder, 'secret.txt'), 'mine'))
    rounds++
  }
  setImmediate(round)
}
round()
