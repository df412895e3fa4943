import { containerCommand } from './docker.ts'
import type { Program } from './find-program.ts'

export interface ProgramCommand {
  readonly file: string
  readonly args: readonly string[]
  /** The container that the command will run in, if it does. */
  readonly container: string | null
}

/** How to run one of a program's executables for a server. */
export function programCommand(
  program: Program,
  executable: string,
  args: readonly string[],
  place: { readonly port: number; readonly dataDir: string },
): ProgramCommand {
  if ('image' in program) return containerCommand(program.image, executable, args, place)
  const file = program.paths.get(executable)
  if (file === undefined) throw new Error(`${executable} is not one of the executables of this program.`)
  return { file, args, container: null }
}
