import { runChatLoop } from './chat-loop.ts'
import { chosenAgent } from './chosen-agent.ts'
import { demoArguments, usage } from './demo-arguments.ts'
import { demoTools } from './demo-tools.ts'
import { explained } from './explained.ts'
import { screenOn } from './screen.ts'
import { temporaryWorkspaces } from './temporary-workspaces.ts'
import { playTour } from './tour.ts'

const { stdin: input, stdout: output, stderr, env } = process
const terminal = input.isTTY === true && output.isTTY === true

// Whoever reads along may stop: `npm run demo | head`.
output.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = await main()

/** @returns the exit code: 0, 1 if something failed, 2 if the demo was called wrongly. */
async function main(): Promise<number> {
  let wanted: ReturnType<typeof demoArguments>
  let chosen: ReturnType<typeof chosenAgent>
  try {
    wanted = demoArguments(process.argv.slice(2), terminal)
    chosen = chosenAgent(env)
  } catch (error) {
    stderr.write(`demo: ${explained(error)}\n`)
    return 2
  }
  const screen = screenOn(output, output.isTTY === true && !env.NO_COLOR)
  try {
    if (wanted.what === 'help') {
      screen.line(usage)
      return 0
    }
    screen.line(`sess: the session layer for AI agents${wanted.what === 'web' ? '' : ', played on the memory store'}`)
    screen.line(`Agent: ${chosen.description}`)
    if (wanted.what === 'web') {
      // Loaded when it is wanted: the tour needs no server and no other store.
      const { runWeb } = await import('./web/run-web.ts')
      await runWeb(chosen, wanted, screen)
      return 0
    }
    const folders = temporaryWorkspaces()
    const hub = demoTools()
    if (wanted.what === 'tour') await playTour(chosen.agent, screen, folders, hub)
    else await runChatLoop(chosen.agent, { input, output, screen, terminal, folders, hub })
    if (!terminal && wanted.what === 'tour') screen.line('\nIn a terminal, the web app is started instead.')
    return 0
  } catch (error) {
    stderr.write(`\ndemo: ${explained(error)}\n`)
    return 1
  }
}
