import { once } from 'node:events'
import { removeContainer } from './docker.ts'
import type { Program } from './find-program.ts'
import { programCommand } from './program-command.ts'
import { spawnWatched } from './spawn-watched.ts'

/** Runs a program to its end, or to the end of this process. Throws with the last it said if it fails. */
export async function runWatched(file: string, args: readonly string[]): Promise<void> {
  const child = spawnWatched(file, args)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-5_000)
    })
  }
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ended with ${signal ?? code}. The last it said:\n${output.trim()}`)
}

/** Runs an executable of a server's program in the place of the server. */
export async function runProgram(
  program: Program,
  executable: string,
  args: readonly string[],
  place: { readonly port: number; readonly dataDir: string },
): Promise<void> {
  const command = programCommand(program, executable, args, place)
  try {
    await runWatched(command.file, command.args)
  } finally {
    if (command.container !== null) await removeContainer(command.container)
  }
}
