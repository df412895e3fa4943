/** What is used of the packages that sess is compared with. */
export interface PeerModules {
  readonly createClient: (options: { readonly url: string }) => NodeRedisClient
  readonly ConnectRedisStore: new (options: { readonly client: NodeRedisClient }) => SessionStore
  readonly expressSession: unknown
  readonly expressMysqlSession: (session: unknown) => new (options: object, pool: unknown) => SessionStore
  readonly RedisChatMessageHistory: new (options: {
    readonly sessionId: string
    readonly client: NodeRedisClient
  }) => ChatHistory
  readonly HumanMessage: new (content: string) => unknown
  readonly MastraRedisStore: new (options: { readonly id: string; readonly connectionString: string }) => MastraStore
  readonly MastraMysqlStore: new (options: {
    readonly id: string
    readonly connectionString: string
    readonly max: number
  }) => MastraStore
}

interface NodeRedisClient {
  connect(): Promise<unknown>
  close(): Promise<unknown>
}

/** A store of session middleware: a session is one value. */
export interface SessionStore {
  get(id: string): Promise<unknown>
  set(id: string, session: unknown): Promise<unknown>
}

interface ChatHistory {
  addMessage(message: unknown): Promise<unknown>
  getMessages(): Promise<readonly unknown[]>
}

export interface MastraStore {
  init(): Promise<unknown>
  close(): Promise<unknown>
  readonly stores: { readonly memory: MastraMemory }
}

interface MastraMemory {
  init(): Promise<unknown>
  saveThread(options: { readonly thread: object }): Promise<unknown>
  saveMessages(options: { readonly messages: readonly object[] }): Promise<unknown>
  listMessages(options: object): Promise<{ readonly messages: readonly unknown[] }>
}
