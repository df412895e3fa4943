/** What the demo is to do. */
export interface DemoArguments {
  readonly tour: boolean
  readonly chat: boolean
  readonly help: boolean
}

/** How the demo is called. */
export const usage = 'usage: npm run demo [-- --tour | --chat]'

/** Without a flag: the tour, and a chat after it where a person can type. @throws an error of one line. */
export function demoArguments(args: readonly string[], isTerminal: boolean): DemoArguments {
  const unknown = args.find((arg) => !['--tour', '--chat', '--help', '-h'].includes(arg))
  if (unknown !== undefined) throw new Error(`unknown argument ${JSON.stringify(unknown)}; ${usage}`)
  const tour = args.includes('--tour')
  const chat = args.includes('--chat')
  if (tour && chat) throw new Error(`--tour and --chat exclude each other; ${usage}`)
  return { tour: !chat, chat: chat || (isTerminal && !tour), help: args.includes('--help') || args.includes('-h') }
}
