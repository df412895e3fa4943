import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installLocked } from './install-locked.ts'

/** A registry that only this process knows: it starts empty and takes what it is given. */
export interface LoopbackRegistry {
  readonly url: string
  close(): Promise<void>
}

const registryFolder = fileURLToPath(new URL('registry', import.meta.url))

/** Starts one that keeps its packages in `folder`. Packages of others are not behind it. */
export async function startLoopbackRegistry(folder: string): Promise<LoopbackRegistry> {
  const installed = await installLocked(registryFolder)
  const configFile = join(folder, 'verdaccio.json')
  writeFileSync(configFile, JSON.stringify(config(folder)))
  const child = fork(join(registryFolder, 'serve.mjs'), [installed, configFile], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const ended = once(child, 'exit')
  const port = await Promise.race([once(child, 'message').then(([port]) => port), ended.then(() => undefined)])
  if (typeof port !== 'number') throw new Error(`The registry did not start. It said:\n${complaints}`)
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      child.disconnect()
      await ended
    },
  }
}

function config(folder: string): object {
  return {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {},
    packages: { '@sess/*': { access: '$all', publish: '$anonymous' } },
    web: { enable: false },
    max_body_size: '50mb',
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  }
}
