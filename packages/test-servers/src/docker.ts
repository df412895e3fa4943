import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { unwatch, watch } from './watchdog.ts'

/** A command that runs an executable of an image in the foreground, and the name of the container it will have. */
export interface ContainerCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly container: string
}

/** Whether there is a Docker client with an engine behind it, and the image can be had. Pulls it if need be. */
export async function dockerHas(image: string): Promise<boolean> {
  try {
    await execute('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 })
    await execute('docker', ['image', 'inspect', image]).catch(() => execute('docker', ['pull', '--quiet', image]))
    return true
  } catch {
    return false
  }
}

/**
 * On Linux the container shares the host's network and the command is the same as without Docker. Elsewhere Docker lives
 * in a virtual machine, and the port is published on loopback.
 */
export const dockerSharesNetwork: boolean = process.platform === 'linux'

export function containerCommand(
  image: string,
  executable: string,
  args: readonly string[],
  place: { readonly port: number; readonly dataDir: string },
): ContainerCommand {
  const container = `sess-${executable}-${randomUUID().slice(0, 13)}`
  watch(`container ${container}`)
  const port = `127.0.0.1:${place.port}:${place.port}`
  const network = dockerSharesNetwork ? ['--network', 'host'] : ['--publish', port]
  // As this user, so that this user can remove what the server writes.
  const user = process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`]
  return {
    file: 'docker',
    args: [
      'run',
      '--rm',
      ...['--name', container],
      ...network,
      ...user,
      ...['--volume', `${place.dataDir}:${place.dataDir}`],
      ...['--entrypoint', executable],
      image,
      ...args,
    ],
    container,
  }
}

export function signalContainer(container: string, signal: NodeJS.Signals): void {
  execFileSync('docker', ['kill', '--signal', signal, container], { stdio: 'ignore' })
}

export async function removeContainer(container: string): Promise<void> {
  // Gone already, as a rule: it was started with --rm.
  await execute('docker', ['rm', '-f', container]).catch(() => {})
  unwatch(`container ${container}`)
}

const execute = promisify(execFile)
