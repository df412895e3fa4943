import type { Feature } from './feature.ts'

export const robota: readonly Feature[] = [
  {
    promised:
      'manager options: sessions (in all, per user), chats per session, automatic clean-up, interval, timeout, persistence adapter, logger',
    here: '`limits`, `expiry`, `cleanup`, `store`, `logger`',
    tests: {
      'core/src/conformance/quotas.ts': [
        'limits: a full store is SESSION_LIMIT_REACHED, and nothing is written',
        'limits: a full user is SESSION_LIMIT_REACHED, and nothing is written',
      ],
      'core/test/limits.test.ts': ['of 100 chats created at once, as many are made as the session may have'],
      'core/test/expiry-sweep.test.ts': [
        'a session expires exactly idleMs after its last activity, not a millisecond before',
        'a sweep that fails is tried again at the next interval, and its error is logged',
      ],
      'core/test/seed-faults.test.ts': [
        'cleaning up needs nobody to call it',
        'the expiry that was configured is what sessions get, and a negative one is refused',
      ],
    },
  },
  {
    promised: 'session options: name, metadata, preferences, tags, expiresAt, autoSave',
    here: '`createSession({ name, metadata, preferences, tags, expiry })`; every change is saved',
    tests: {
      'core/test/session-manager.test.ts': [
        'manager: what a session and a chat were made with is what another manager on their store reads',
      ],
      'core/src/conformance/sessions.ts': [
        'createSession: answers the record it made',
        'updateSession: changes what is given and leaves the rest',
      ],
      'core/test/states.test.ts': [
        'fifty changes of different fields at once are all applied, on sessions and on chats',
      ],
    },
  },
  {
    promised: '`createNewChat({ chatName, robotaConfig, metadata, systemPrompt, tags, maxMessages })`',
    here: '`createChat({ name, agent, metadata, systemPrompt, tags, maxMessages })`; the agent gets its settings with the turn',
    tests: {
      'core/src/conformance/create-chat.ts': ['createChat: answers the record it made'],
      'core/test/session-manager.test.ts': [
        'manager: what a session and a chat were made with is what another manager on their store reads',
      ],
      'core/test/turns.test.ts': [
        "a turn is given the session's and the chat's prompt, the chat's settings, both records and the message",
      ],
      'core/test/limits.test.ts': ["a chat's own maxMessages and overflow win over the session's and the manager's"],
    },
  },
  {
    promised: '`switchToChat`, `sendMessage` in the active chat, `chat.sendMessage`, `getLastResponse`',
    here: '`switchChat`, `sendMessage`, `chat.sendMessage`, `lastReply`',
    tests: {
      'core/src/conformance/chats.ts': ['activateChat: makes a chat the active one'],
      'core/test/turns.test.ts': [
        'the active chat is made by the first message, once, and listeners hear of the whole turn',
      ],
      'core/test/messages.test.ts': ['messages: the last reply is the newest of the assistant, or null'],
    },
  },
  {
    promised: 'pause, resume, close, shutdown (pause did not keep messages out)',
    here: 'states: `pause`, `resume`, `close`, `archive`, `restore`; `manager.close()`',
    tests: {
      'core/test/seed-faults.test.ts': ['a paused session takes no message, and one that is archived can come back'],
      'core/test/states.test.ts': ['a resumed session works as before'],
      'core/test/turns.test.ts': ['closing the manager stops hanging agents and those that wait in line'],
    },
  },
  {
    promised: '`getUserSessions`, `getAllActiveSessions`, `getSession`',
    here: '`listSessions` with owner, status and tag',
    tests: {
      'core/src/conformance/lists.ts': [
        'listSessions: by status',
        'listSessions: by tag and status together',
        'listSessions: the whole store',
      ],
      'core/test/owner-scopes.test.ts': ['owner: lists and counts hold only the own sessions, whatever the query says'],
    },
  },
  {
    promised: '`session.getStats()`, `chat.getStats()` with the average response time; reports on system and user',
    here: '`stats()`, `manager.stats()`, `manager.userReport()`',
    tests: {
      'core/test/stats.test.ts': [
        'stats: the average is over all turns, p95 over the last 50',
        'stats: sessions by state, users, chats, messages, averages and instants',
        'stats: a report holds the figures of its user only',
      ],
      'core/src/conformance/stats.ts': [
        'stats: count what one user has',
        'stats: of an organisation and of the store are sums',
      ],
    },
  },
  {
    promised: '`serialize`, `deserializeSession`, persistence adapter, recovery of a user’s sessions',
    here: 'every store is the durable state; `export()`, `importSession()`',
    tests: {
      'core/test/export-import.test.ts': [
        'import: with the ids kept, a fresh store exports the same bytes',
        'import: cut off at any line, a file is IMPORT_INVALID and nothing is left',
      ],
      'core/src/conformance/lifecycle.ts': ['supports.shared: another instance sees the same, at once'],
      'store-mysql/test/faults/server.test.ts': [
        'killed under load and started again: nothing acknowledged is lost, doubled or out of order',
      ],
    },
  },
  {
    promised: 'a creation that fails falls back to a simpler chat; a message that fails is sent again',
    here: 'typed errors; repeats are safe',
    tests: {
      'core/test/turns.test.ts': [
        'a message that is sent again after it was answered gives the same reply, and the agent is not asked',
      ],
      'core/src/conformance/append-repeats.ts': ['append: a repeated id writes once and answers the first seq'],
      'core/src/conformance/sessions.ts': [
        'createSession: of 8 with one id at once, all answer it and one session is there',
      ],
    },
  },
  {
    promised: 'many creations and chats in parallel',
    here: 'batched, and no update is lost',
    tests: {
      'core/test/limits.test.ts': [
        '400 appends at once are all there, once, in one order, each with the seq it was told',
      ],
      'core/test/turns.test.ts': ['two hundred chats stream at once, and none hears the words of another'],
    },
  },
]
