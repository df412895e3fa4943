import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChosenAgent } from '../chosen-agent.ts'
import type { DemoArguments } from '../demo-arguments.ts'
import type { Screen } from '../screen.ts'
import { openPage } from './open-page.ts'
import { startWebServer } from './web-server.ts'

/** Serves the page until Ctrl-C or SIGTERM. */
export async function runWeb(agent: ChosenAgent, wanted: DemoArguments, screen: Screen): Promise<void> {
  const server = await startWebServer({
    agent,
    pageFolder: fileURLToPath(new URL('./page/', import.meta.url)),
    port: wanted.port,
    store: wanted.store,
    data: wanted.data,
    environment: process.env,
  })
  screen.line(`Store: ${server.store}`)
  screen.line(`Open ${server.url}   (Ctrl-C ends it; npm run demo -- --tour plays the walk-through instead)`)
  if (wanted.open) openPage(server.url, process.env)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await server.close()
  screen.line('All is closed; what was said is kept as long as its store is.')
}
