import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Agent, Session, SessionResource } from '@sess/core'
import type { McpHub } from '@sess/mcp'
import { commands } from './chat-commands.ts'
import { demoManager } from './demo-manager.ts'
import { addServers } from './demo-tools.ts'
import { explained } from './explained.ts'
import type { Screen } from './screen.ts'

export interface ChatLoopOptions {
  readonly input: Readable
  readonly output: Writable
  readonly screen: Screen
  /** What the session has besides: a folder, and tools. */
  readonly folders?: SessionResource | undefined
  readonly hub?: McpHub | undefined
  /** Whether a person types: then there is a prompt, and Ctrl-C reaches the loop. */
  readonly terminal: boolean
}

/** Lets somebody talk to the agent, line by line, until the input ends or `/quit`. */
export async function runChatLoop(agent: Agent, options: ChatLoopOptions): Promise<void> {
  const { input, output, screen, folders, hub, terminal } = options
  const resources = [folders, hub].filter((resource) => resource !== undefined)
  const manager = demoManager(agent, resources, hub)
  const lines = createInterface({ input, output: terminal ? output : undefined, terminal })
  // Lines that come before anybody asks for them would be lost; from here on they are kept.
  const typed = lines[Symbol.asyncIterator]()
  let closed = false
  let answering: AbortController | null = null
  lines.on('close', () => {
    closed = true
  })
  lines.on('SIGINT', () => (answering === null ? lines.close() : answering.abort()))
  try {
    const session = await openSession(manager)
    if (hub !== undefined) await addServers(hub, session)
    screen.heading('A chat of your own')
    screen.line('  Say something, or /help. There are two chats: General and Code review (/switch 2).')
    for (;;) {
      const chat = await session.activeChat()
      const prompt = `${chat.record.name} › `
      lines.setPrompt(prompt)
      if (terminal && !closed) lines.prompt()
      const { value, done } = await typed.next()
      if (done === true) break
      const text = value.trim()
      if (!terminal) screen.line(`${prompt}${text}`)
      if (text === '/quit') break
      if (text === '') continue
      answering = new AbortController()
      await obey(session, screen, text, answering.signal)
      answering = null
    }
    if (terminal) screen.line()
    screen.line('  Goodbye.')
  } finally {
    lines.close()
    await manager.close()
  }
}

async function openSession(manager: ReturnType<typeof demoManager>): Promise<Session> {
  const session = await manager
    .for({ orgId: 'acme', userId: 'ada' })
    .createSession({ name: 'Terminal', expiry: { idleMs: null } })
  await session.createChat({ name: 'General', systemPrompt: 'You help with general questions.' })
  await session.createChat({ name: 'Code review', systemPrompt: 'You are a senior developer who reviews code.' })
  return session
}

/** Does what a line asks for. Whatever goes wrong is said, and the chat goes on. */
async function obey(session: Session, screen: Screen, text: string, signal: AbortSignal): Promise<void> {
  const [, name, argument = ''] = /^\/(\w*)\s*(.*)$/.exec(text) ?? []
  try {
    if (name === undefined) await screen.answer(session.streamMessage(text, { signal }))
    else if (Object.hasOwn(commands, name)) await commands[name]?.run({ session, screen }, argument.trim())
    else screen.refused(`There is no /${name}; /help lists what there is.`)
  } catch (error) {
    screen.refused(signal.aborted ? 'Stopped. What was said is kept.' : explained(error))
  }
}
