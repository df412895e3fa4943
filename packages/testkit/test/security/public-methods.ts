import { type Chat, newId, type Session, type SessionContext, type SessionManager, type UserSessions } from '@sess/core'

/** How a method is called for somebody, on the session and the chat of these ids. Whoever owns them gets an answer. */
export interface Method<Handle> {
  readonly call: (handle: Handle, ids: Ids) => unknown
  /** What the owner does first, so that the call is in order. */
  readonly before?: (session: Session) => Promise<unknown>
  /** It says only what the handle holds, and asks no store. */
  readonly isLocal?: true
}

export interface Ids {
  readonly session: string
  readonly chat: string
}

type Table<Handle> = Readonly<Record<string, Method<Handle> | ((handle: Handle, ids: Ids) => unknown)>>

async function all(source: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const items: unknown[] = []
  for await (const item of source) items.push(item instanceof Uint8Array ? Buffer.from(item).toString() : item)
  return items
}

const local = <Handle>(call: (handle: Handle) => unknown): Method<Handle> => ({ call, isLocal: true })

/** Of the scope of one owner: every method that takes an id. */
export const scopeMethods: Table<UserSessions> = {
  getSession: async (scope, { session }) => (await scope.getSession(session)).record,
  hasSession: (scope, { session }) => scope.hasSession(session),
  deleteSession: (scope, { session }) => scope.deleteSession(session),
}

/** Of the scope of one owner: methods that take no id, so that they reach nothing but the owner's own. */
export const ownMethods: Table<UserSessions> = {
  createSession: async (scope) => (await scope.createSession({ key: 'one' })).record,
  openSession: async (scope) => (await scope.openSession('shared key')).record,
  listSessions: async (scope) => (await scope.listSessions()).items.map(({ record }) => record),
  countSessions: (scope) => scope.countSessions(),
  importSession: async (scope) => {
    const made = await scope.createSession()
    return (await scope.importSession(made.export())).record
  },
}

export const sessionMethods: Table<Session> = {
  id: local((session) => session.id),
  record: local((session) => session.record),
  systemPrompt: local((session) => session.systemPrompt),
  workspacePath: local((session) => session.workspacePath),
  context: local((session) => Object.keys(session.context)),
  hold: local((session) => session.hold()),
  report: local((session) =>
    session.report({ type: 'mcp-client-added', outcome: 'ok', details: { server: 'notes' } } as never),
  ),
  refresh: (session) => session.refresh(),
  update: (session) => session.update({ name: 'new' }),
  pause: (session) => session.pause(),
  resume: { call: (session: Session) => session.resume(), before: (session: Session) => session.pause() },
  archive: (session) => session.archive(),
  restore: { call: (session: Session) => session.restore(), before: (session: Session) => session.archive() },
  close: (session) => session.close(),
  delete: (session) => session.delete(),
  touch: (session) => session.touch(),
  extendTtl: (session) => session.extendTtl(60_000),
  createChat: async (session) => (await session.createChat()).record,
  openChat: async (session) => (await session.openChat('key')).record,
  getChat: async (session, { chat }) => (await session.getChat(chat)).record,
  listChats: async (session) => (await session.listChats()).items.map(({ record }) => record),
  switchChat: (session, { chat }) => session.switchChat(chat),
  deleteChat: (session, { chat }) => session.deleteChat(chat),
  activeChat: async (session) => (await session.activeChat()).record,
  sendMessage: (session) => session.sendMessage('hello'),
  streamMessage: (session) => all(session.streamMessage('hello')),
  postMessage: async (session) => (await session.postMessage('hello')).reply,
  addMessage: (session) => session.addMessage('hello'),
  getMessages: (session) => session.getMessages(),
  setSystemPrompt: (session) => session.setSystemPrompt('be kind'),
  refreshPrompt: (session) => session.refreshPrompt(),
  stats: (session) => session.stats(),
  resourceState: (session) => session.resourceState('notes').read(),
  export: (session) => all(session.export()),
}

/** What `resourceState` answers, which has methods of its own. */
export const stateMethods: Table<ReturnType<Session['resourceState']>> = {
  read: (state) => state.read(),
  update: (state) => state.update(() => ({ a: 1 })),
}

export const chatMethods: Table<Chat> = {
  id: local((chat) => chat.id),
  record: local((chat) => chat.record),
  refresh: (chat) => chat.refresh(),
  update: (chat) => chat.update({ name: 'new' }),
  sendMessage: (chat) => chat.sendMessage('hello'),
  streamMessage: (chat) => all(chat.streamMessage('hello')),
  postMessage: async (chat) => (await chat.postMessage('hello')).reply,
  watch: async (chat) => {
    for await (const event of chat.watch()) return event
    return null
  },
  interrupt: (chat) => chat.interrupt(),
  addMessage: (chat) => chat.addMessage('hello'),
  addMessages: (chat) => chat.addMessages(['hello', { id: newId(), role: 'user', content: 'again' }]),
  getMessages: (chat) => chat.getMessages(),
  lastReply: (chat) => chat.lastReply(),
  rewind: (chat) => chat.rewind(0),
  repair: (chat) => chat.repair(),
  stats: (chat) => chat.stats(),
}

export const contextMethods: Table<SessionContext> = {
  get: (context) => context.get('secret'),
  entries: (context) => context.entries(),
  set: (context) => context.set('a', 1),
  setAll: (context) => context.setAll({ a: 1, b: 2 }),
  delete: (context) => context.delete('secret'),
}

/** For trusted code: whose data they reach is what they are asked for. */
export const trustedMethods: readonly (keyof SessionManager)[] = [
  ...([
    'for',
    'getSession',
    'listSessions',
    'countSessions',
    'sweep',
    'cleanupInactive',
    'eraseUser',
    'stats',
  ] as const),
  ...(['userReport', 'health', 'on', 'close'] as const),
]

export function methodOf<Handle>(entry: Table<Handle>[string]): Method<Handle> {
  return typeof entry === 'function' ? { call: entry } : entry
}

/** Names of the public members of a class, as they are. */
export function membersOf(handle: object): readonly string[] {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(handle))
    .filter((name) => name !== 'constructor')
    .sort()
}
