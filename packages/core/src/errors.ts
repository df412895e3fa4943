/** What each error code says about itself. The keys are the stable codes; messages may change at any time. */
export interface SessErrorDetails {
  /** An argument has the wrong type, form or range. Nothing was written. */
  INVALID_ARGUMENT: { readonly field: string }
  /** Nothing was written. */
  INVALID_ORG_ID: { readonly field: string }
  /** Nothing was written. */
  INVALID_USER_ID: { readonly field: string }
  /** A value is larger than its limit. Nothing was written. */
  TOO_LARGE: { readonly field: string; readonly bytes: number; readonly maxBytes: number }
  /** The cursor was not made by this list, or was damaged. */
  CURSOR_INVALID: { readonly field: string }

  /** There is no such session, or it is another owner's: the two are the same to a caller. Nothing was written. */
  SESSION_NOT_FOUND: { readonly sessionId: string }
  /** The id or the caller's key belongs to a session already. Nothing was written. */
  SESSION_EXISTS: { readonly key?: string | undefined }
  /** Expired, and not swept yet. Nothing was written. */
  SESSION_EXPIRED: { readonly sessionId: string }
  /** What was asked needs an active session: `resume` it. Nothing was written. */
  SESSION_PAUSED: { readonly sessionId: string }
  /** What was asked needs an active session: `restore` it. Nothing was written. */
  SESSION_ARCHIVED: { readonly sessionId: string }
  /** The session was ended for good. Nothing was written. */
  SESSION_CLOSED: { readonly sessionId: string }
  /** A limit on sessions is full. Nothing was written. */
  SESSION_LIMIT_REACHED: { readonly scope: 'store' | 'org' | 'user'; readonly limit: number }

  /** The session has no such chat. Nothing was written. */
  CHAT_NOT_FOUND: { readonly chatId: string }
  /** The id or the caller's key belongs to a chat already. Nothing was written. */
  CHAT_EXISTS: { readonly key?: string | undefined }
  /** The session has as many chats as it may. Nothing was written. */
  CHAT_LIMIT_REACHED: { readonly limit: number }

  /** A message id is taken by a message with other content. Nothing was written. */
  MESSAGE_CONFLICT: { readonly messageId: string }
  /** The chat is full and its overflow is `reject`. Nothing was written. */
  MESSAGE_LIMIT_REACHED: { readonly limit: number }
  /** The session's context is full. Nothing was written. */
  CONTEXT_LIMIT_REACHED: { readonly limit: number; readonly unit: 'keys' | 'bytes' }

  /** The record changed since it was read. Nothing was written. */
  VERSION_CONFLICT: { readonly expectedVersion: number; readonly actualVersion: number }
  /** Somebody else's turn runs in the chat. `retryAfterMs` is what is left of its lease. Nothing was written. */
  TURN_IN_PROGRESS: { readonly reason: 'busy' | 'queue-full' | 'timed-out'; readonly retryAfterMs?: number | undefined }
  /** The chat was taken over: the fence of this turn is no longer the newest. Nothing was written. */
  TURN_LOST: { readonly fence: number }
  /** Somebody asked this turn to stop. What was said until then is kept. */
  TURN_INTERRUPTED: { readonly turnId: string }

  /** No agent was given to the manager. */
  AGENT_MISSING: Record<never, never>
  /** The agent failed; its error is the `cause`. What it said until then is kept. */
  AGENT_FAILED: { readonly turnId: string }
  /** The system prompt could not be composed. Nothing was written. */
  PROMPT_FAILED: Record<never, never>
  /** A prompt part or a composer setting is wrong. */
  PROMPT_INVALID: { readonly partId?: string | undefined; readonly field: string }
  /** A template holds `{{` that begins no variable; `position` is its place. */
  PROMPT_TEMPLATE_INVALID: { readonly partId?: string | undefined; readonly position: number }
  /** Nobody gives a value for a variable of a template. */
  PROMPT_VARIABLE_MISSING: { readonly partId: string; readonly variable: string }
  /** A value can't stand in a prompt: its type, its length, or what it hides. */
  PROMPT_VARIABLE_INVALID: { readonly variable: string; readonly reason: string }
  /** A part of another organisation or user reached the composer. */
  PROMPT_OWNER_MISMATCH: { readonly partId: string }
  /** The validator found errors. */
  PROMPT_REJECTED: { readonly findings: readonly { readonly rule: string; readonly partId: string | null }[] }

  /** A resource could not be provisioned. What had been made was undone. */
  RESOURCE_FAILED: { readonly resource: string }

  /** The folder that is to hold the workspaces is not safe to use. */
  WORKSPACE_ROOT_UNSAFE: { readonly reason: string }
  /** There is a folder of this session already, and it was not made for it. */
  WORKSPACE_EXISTS: { readonly sessionId: string }
  /** The folder belongs to somebody else. Nothing was read or written. */
  WORKSPACE_FOREIGN: { readonly sessionId: string }
  /** The session has no folder: it was never made, or it was destroyed. */
  WORKSPACE_MISSING: { readonly sessionId: string }
  /** A path must be relative, without `..`, empty segments and backslashes. Nothing was read or written. */
  WORKSPACE_PATH_INVALID: { readonly path: string; readonly reason: string }
  /** The path leads through a symbolic link, or the file has other names. Nothing was read or written. */
  WORKSPACE_SYMLINK: { readonly path: string }
  /** There is a folder, pipe, socket or device where a file is needed, or anything else where a folder is. */
  WORKSPACE_NOT_REGULAR: { readonly path: string }
  /** The path leads to nothing. */
  WORKSPACE_NOT_FOUND: { readonly path: string }
  /** The workspace is full, or other programs have put more there than is looked at. Nothing was written. */
  WORKSPACE_QUOTA: { readonly unit: 'bytes' | 'entries' | 'bytes-per-file' | 'depth'; readonly limit: number }
  /** The file system refused; its error is the `cause`. A file that was to be written is as it was. */
  WORKSPACE_FAILED: { readonly action: string }

  /** A server's configuration is wrong; `line` is where, in JSON that was imported. Nothing was kept. */
  MCP_CONFIG_INVALID: McpDetails & { readonly field: string; readonly line?: number | undefined }
  /** The session has a server of that id. Nothing was kept. */
  MCP_SERVER_EXISTS: McpDetails
  /** The session has no server of that id. */
  MCP_SERVER_NOT_FOUND: McpDetails
  /** A limit on servers, tools, processes or kept configuration is reached. */
  MCP_LIMIT: McpDetails & { readonly limit: number; readonly unit: string }
  /** Too many calls are under way. Nothing was sent. */
  MCP_BUSY: McpDetails
  /** The hub's policy does not allow the command, the address or the environment. */
  MCP_POLICY_DENIED: McpDetails
  /** The configuration holds a secret where only a reference may be. Nothing was kept. */
  MCP_SECRET_INLINE: McpDetails & { readonly field: string }
  /** Nobody knows the secret that is referred to. Nothing was started or sent. */
  MCP_SECRET_UNRESOLVED: McpDetails & { readonly reference: string }
  /** The program of a server could not be started. */
  MCP_SPAWN_FAILED: McpDetails
  /** A server could not be reached, or did not initialise. */
  MCP_CONNECT_FAILED: McpDetails
  /** A server was not ready in time. */
  MCP_CONNECT_TIMEOUT: McpDetails & { readonly timeoutMs: number }
  /** A server without which the session is no use could not be reached. */
  MCP_REQUIRED_FAILED: McpDetails
  /** The in-process server's factory is not known to this process. */
  MCP_FACTORY_MISSING: McpDetails & { readonly factory: string }
  /** The server asks for other credentials, or this process has none. */
  MCP_AUTH_REQUIRED: McpDetails
  /** There is no connection. The request was not sent. */
  MCP_NOT_CONNECTED: McpDetails
  /** The server has forgotten the session, and refused the request: nothing ran. */
  MCP_SESSION_LOST: McpDetails
  /** No answer in time, and the server cannot have acted on it. */
  MCP_TIMEOUT: McpDetails & { readonly phase: string; readonly timeoutMs: number }
  /** Sent and not answered: the server may have acted on it. It is never sent again by itself. */
  MCP_OUTCOME_UNKNOWN: McpDetails
  /** No server of the session has the tool. Nothing was sent. */
  MCP_TOOL_NOT_FOUND: McpDetails
  /** The tool is new or has changed since it was accepted. Nothing was sent. */
  MCP_TOOL_QUARANTINED: McpDetails
  /** The arguments do not fit the tool's schema. Nothing was sent. */
  MCP_ARGS_INVALID: McpDetails
  /** The tool has run, and its result does not fit its schema. */
  MCP_RESULT_INVALID: McpDetails
  /** The server has answered, with more than may be taken. */
  MCP_RESULT_TOO_LARGE: McpDetails & { readonly maxBytes: number }
  /** The server does not keep to the protocol, or refuses the request. */
  MCP_PROTOCOL: McpDetails
  /** The client was removed, or its session ended, before the request was sent. */
  MCP_CLOSED: McpDetails

  /** A key is not 32 bytes of its own, or its name is wrong. Nothing was kept. */
  CODEC_KEY_INVALID: { readonly field: string }
  /** The key that a value needs is not among the session's, or the one that wraps those is not in the key ring. */
  CODEC_KEY_UNKNOWN: { readonly kid: string }
  /** The key cannot be retired: `sessions` sessions need it, or it is the active one. Nothing was changed. */
  CODEC_KEY_IN_USE: { readonly kid: string; readonly sessions: number }
  /** The session's data key has encrypted as many values as one may: `rotateDataKey` gives it another. Nothing was written. */
  CODEC_KEY_EXHAUSTED: { readonly maxValues: number }
  /** The key service did not answer, or refused; its error is the `cause`. Nothing was written. */
  CODEC_KEYS_UNAVAILABLE: { readonly kid: string }
  /** A value was changed, moved to another place, or encrypted with another key. */
  CODEC_AUTH_FAILED: Record<never, never>
  /** A value has no form that the codec could have given it. */
  CODEC_FORMAT: Record<never, never>
  /** A value is in a version of the format, or by an algorithm, that this release does not know. */
  CODEC_UNSUPPORTED: { readonly what: 'version' | 'algorithm' | 'compression' }
  /** There is plain text where encrypted values have to be. */
  CODEC_PLAINTEXT_REFUSED: Record<never, never>
  /** There is an encoded value, and the store was given no codec. */
  CODEC_MISSING: Record<never, never>
  /** The value is larger than the codec takes or gives back. */
  CODEC_TOO_LARGE: { readonly maxBytes: number }
  /** The session's keys were erased: nothing can read its content again. */
  CODEC_SHREDDED: { readonly sessionId: string }

  /** What was to be recorded has happened; but a session that was created or imported was removed again. */
  AUDIT_FAILED: { readonly event: string }
  /** The file is damaged, truncated or not an export. Nothing was kept. */
  IMPORT_INVALID: { readonly line: number }

  /** Files, variables and settings of a configuration are wrong; `problems` has all of it. Nothing was opened. */
  CONFIG_INVALID: { readonly problems: readonly ConfigProblem[] }
  /** A package that the configuration needs is not installed; `install` is the command that installs it. */
  PACKAGE_MISSING: { readonly package: string; readonly install: string }

  /** The store did not answer in time. `unknown`: the write may have landed; repeating the same call is safe. */
  STORE_UNAVAILABLE: { readonly outcome: 'not-written' | 'unknown' }
  /** The store cannot do this; `store.supports` says so too. */
  UNSUPPORTED: { readonly feature: string }
  /** The manager or the store was closed. Nothing was written. */
  CLOSED: Record<never, never>
}

/** Which server and tool an error of `@sess/mcp` is about; `reason` is one sentence. */
export interface McpDetails {
  readonly server?: string | undefined
  readonly tool?: string | undefined
  readonly reason?: string | undefined
}

/** What is wrong in a configuration, and where. Values are never in it. */
export interface ConfigProblem {
  /** Null for an object or a variable. */
  readonly file: string | null
  /** Counted from 1; null where there is no text. */
  readonly line: number | null
  readonly column: number | null
  /** The key from the top (`store.redis.addr`) or the variable; null if it is about the whole file. */
  readonly key: string | null
  /** Continues a sentence that begins with the key. */
  readonly problem: string
}

/** Every code an error of sess can carry. Codes are stable between majors. */
export type SessErrorCode = keyof SessErrorDetails

/** Marks the class across two installed copies of this package, where `instanceof` fails. */
const brand: symbol = Symbol.for('@sess/core/SessError')

/** The one error class of sess: look at `code`, and at `details` for the facts. Messages hold no content and no secrets. */
export class SessError<Code extends SessErrorCode = SessErrorCode> extends Error {
  override readonly name: string = 'SessError'
  readonly code: Code
  readonly details: SessErrorDetails[Code]

  constructor(code: Code, message: string, details: SessErrorDetails[Code], options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.details = details
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is an error of sess, and if `code` is given, that one. Works across installed copies. */
export function isSessError<Code extends SessErrorCode = SessErrorCode>(
  error: unknown,
  code?: Code,
): error is { [C in Code]: SessError<C> }[Code] {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || (error as SessError).code === code
}

/** The error for a wrong argument; `field` is the name the caller used. */
export function invalidArgument(field: string, problem: string): SessError<'INVALID_ARGUMENT'> {
  return new SessError('INVALID_ARGUMENT', `${field} ${problem}`, { field })
}
