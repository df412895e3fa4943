import type { Chat, Session } from '@sess/core'
import type { Screen } from './screen.ts'

/** What a command works on. */
interface CommandContext {
  readonly session: Session
  readonly screen: Screen
}

interface Command {
  readonly usage: string
  readonly says: string
  run(context: CommandContext, argument: string): Promise<void>
}

/** The commands of the interactive chat, but for `/quit`, which the loop knows itself. */
export const commands: Readonly<Record<string, Command>> = {
  new: {
    usage: '/new [name]',
    says: 'begin another chat',
    run: async ({ session, screen }, name) => {
      const chat = await session.createChat({ name: name === '' ? `Chat ${session.record.chatCount + 1}` : name })
      await session.switchChat(chat.id)
      screen.done(`${chat.record.name} begins; it knows nothing of the others.`)
    },
  },
  switch: {
    usage: '/switch <n>',
    says: 'go to chat n',
    run: async ({ session, screen }, number) => {
      const chat = (await allChats(session))[Number(number) - 1]
      if (chat === undefined) return screen.refused('There is no such chat; /chats lists them.')
      await session.switchChat(chat.id)
      screen.done(`This is ${chat.record.name} now.`)
    },
  },
  chats: {
    usage: '/chats',
    says: 'list the chats',
    run: async ({ session, screen }) => {
      const { activeChatId } = await session.refresh()
      for (const [index, { id, record }] of (await allChats(session)).entries())
        screen.line(
          `  ${id === activeChatId ? '▸' : ' '} ${index + 1}  ${record.name}, ${record.messageCount} messages`,
        )
    },
  },
  stats: {
    usage: '/stats',
    says: 'figures of this chat and of the session',
    run: async ({ session, screen }) => {
      const chat = await session.activeChat()
      const ofChat = await chat.stats()
      const ofSession = await session.stats()
      const average = ofChat.averageResponseMs === null ? '' : `, ${Math.round(ofChat.averageResponseMs)} ms on average`
      screen.line(`  This chat: ${ofChat.messageCount} messages, ${ofChat.turnCount} answers${average}.`)
      screen.line(
        `  This session: ${ofSession.chatCount} chats, ${ofSession.messageCount} messages, ${ofSession.status}.`,
      )
    },
  },
  pause: {
    usage: '/pause, /resume',
    says: 'pause the session, and go on',
    run: async ({ session, screen }) => {
      await session.pause()
      screen.done('Session paused')
    },
  },
  resume: {
    usage: '',
    says: '',
    run: async ({ session, screen }) => {
      await session.resume()
      screen.done('Session resumed')
    },
  },
  help: {
    usage: '/help',
    says: 'this list',
    run: async ({ screen }) => {
      const listed = [...Object.values(commands), { usage: '/quit', says: 'leave; so does Ctrl-D' }]
      for (const { usage, says } of listed) if (usage !== '') screen.line(`  ${usage.padEnd(16)} ${says}`)
      screen.line('  Ctrl-C stops an answer; at the prompt it leaves.')
    },
  },
}

async function allChats(session: Session): Promise<readonly Chat[]> {
  return (await session.listChats({ limit: 100 })).items
}
