import type { Problem } from '../../src/web/problem.ts'

type Details = Readonly<Record<string, unknown>>

/** What a person is told of a problem: what happened, what is kept, what can be done. */
export function words({ code, title, details }: Pick<Problem, 'code' | 'title' | 'details'>): string {
  return sentences[code]?.(details as Details) ?? `That did not work: ${title}.`
}

const sentences: Readonly<Record<string, (details: Details) => string>> = {
  UNREACHABLE: () => 'The server does not answer. It is tried again by itself.',
  SIGNED_OUT: () => 'Nobody is signed in. Choose who you are.',
  BODY_TOO_LARGE: () => 'That is too large to be sent. Nothing was written.',
  SESSION_NOT_FOUND: () => 'This session is not there, or it is somebody else’s.',
  SESSION_EXPIRED: () => 'This session has expired. Nothing more can be said in it.',
  SESSION_PAUSED: () => 'The session is paused. Resume it to go on.',
  SESSION_ARCHIVED: () => 'The session is archived. Restore it to go on.',
  SESSION_CLOSED: () => 'The session is closed for good. It can be read until it expires.',
  SESSION_LIMIT_REACHED: ({ limit, scope }) =>
    `${scope === 'user' ? 'You have' : 'There are'} ${limit} open sessions, and no more are allowed. Archive, close or delete one first.`,
  CHAT_NOT_FOUND: () => 'This chat is not there any more.',
  CHAT_LIMIT_REACHED: ({ limit }) => `A session has at most ${limit} chats. Delete one first.`,
  MESSAGE_LIMIT_REACHED: ({ limit }) => `This chat holds at most ${limit} messages, and it is full.`,
  CONTEXT_LIMIT_REACHED: ({ limit, unit }) => `The context is full: at most ${limit} ${unit}. Nothing was written.`,
  TOO_LARGE: ({ bytes, maxBytes }) =>
    `That is too long: ${bytes} bytes, and ${maxBytes} are allowed. Nothing was written.`,
  TURN_IN_PROGRESS: () => 'An answer is being written in this chat. Stop it, or wait until it is there.',
  TURN_INTERRUPTED: () => 'Stopped. What was said until then is kept.',
  TURN_LOST: () => 'Another process took this chat over. What was whole is kept.',
  AGENT_FAILED: ({ reason }) =>
    `The agent failed${reason === undefined ? '' : `: ${reason}`}. What it said until then is kept.`,
  MESSAGE_CONFLICT: () => 'A message with this id says something else. Nothing was written.',
  VERSION_CONFLICT: () => 'Somebody else changed it at the same time. Look again, and repeat it.',
  IMPORT_INVALID: ({ line }) => `This is no whole export: line ${line} is wrong. Nothing of it was kept.`,
  INVALID_ARGUMENT: ({ field }) => `The value of “${field}” can’t be used.`,
  STORE_UNAVAILABLE: ({ outcome }) =>
    outcome === 'not-written'
      ? 'The store can’t be reached. Nothing was written; try again.'
      : 'The store did not answer. It may have been written; trying again is safe.',
  CLOSED: () => 'The server is closing. What was said is kept.',
  MCP_POLICY_DENIED: ({ reason }) => `The policy of this server does not allow that: ${reason}.`,
  MCP_SERVER_EXISTS: () => 'The session has a server of this name already.',
  MCP_CONFIG_INVALID: ({ reason, field }) =>
    `This is no configuration of a server${field ? ` (${field})` : ''}: ${reason}.`,
  MCP_SECRET_INLINE: () => `There seems to be a secret in it. Only references such as \${env:NAME} may be kept.`,
  MCP_LIMIT: ({ limit, unit }) => `At most ${limit} ${unit} are allowed.`,
  WORKSPACE_NOT_FOUND: () => 'This file is not there any more.',
  WORKSPACE_MISSING: () => 'This session’s folder is not on this machine.',
}
