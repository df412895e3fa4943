import { parseArgs } from 'node:util'

/** What the demo is to do. */
export interface DemoArguments {
  readonly what: 'web' | 'tour' | 'chat' | 'help'
  readonly port: number | undefined
  /** memory, redis or mysql; the environment decides if it is not said. */
  readonly store: string | undefined
  /** Where workspaces and the audit log of the web app are kept. */
  readonly data: string | undefined
  /** Whether the page is opened in a browser. */
  readonly open: boolean
}

/** How the demo is called. */
export const usage =
  'usage: npm run demo [-- --tour | --chat | [--web] [--store memory|redis|mysql] [--port N] [--data FOLDER] [--no-open]]'

/** Without a flag: the web app where there is a person, else the tour. @throws an error of one line. */
export function demoArguments(args: readonly string[], isTerminal: boolean): DemoArguments {
  const { tour, chat, web, help, port, store, data, ...flags } = parsed(args)
  if ([tour, chat, web].filter(Boolean).length > 1)
    throw new Error(`--web, --tour and --chat exclude each other; ${usage}`)
  const ofWeb = web || port !== undefined || store !== undefined || data !== undefined || flags['no-open']
  if (ofWeb && (tour || chat)) throw new Error(`--port, --store, --data and --no-open are for the web app; ${usage}`)
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536))
    throw new Error(`--port must be a number up to 65535; ${usage}`)
  if (store !== undefined && !['memory', 'redis', 'mysql'].includes(store))
    throw new Error(`--store must be memory, redis or mysql; ${usage}`)
  const what = help ? 'help' : tour ? 'tour' : chat ? 'chat' : ofWeb || isTerminal ? 'web' : 'tour'
  return { what, port: port === undefined ? undefined : Number(port), store, data, open: !flags['no-open'] }
}

function parsed(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ web: flag, tour: flag, chat: flag, 'no-open': flag, help: { ...flag, short: 'h' } },
        ...{ port: text, store: text, data: text },
      },
    }).values
  } catch {
    const unknown = args.find((arg) => !/^--(?:web|tour|chat|no-open|help|port|store|data)\b/.test(arg))
    throw new Error(unknown === undefined ? usage : `unknown argument ${JSON.stringify(unknown)}; ${usage}`)
  }
}
