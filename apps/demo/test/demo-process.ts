import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The web app in a process of its own. */
export interface DemoProcess extends AsyncDisposable {
  readonly url: string
  /** Asks it to end, as Ctrl-C does. @returns its exit code. */
  stop(): Promise<number | null>
}

/** Starts the built demo with these arguments and variables, and waits until it says where it is. */
export async function startDemo(
  demo: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<DemoProcess> {
  const { PATH = '', HOME = '' } = process.env
  const flags = ['--web', '--no-open', ...(args.includes('--port') ? [] : ['--port', '0'])]
  const child = spawn(process.execPath, [demo, ...flags, ...args], { env: { PATH, HOME, ...env } })
  const ended = once(child, 'exit')
  let shown = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      shown += text
    })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /Open (http:\S+)/.exec(shown)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`the demo ended: ${shown}`)))
  })
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    const [code] = await ended
    return code
  }
  return {
    url,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }
}
