import type { Feature } from './feature.ts'

export const agentApi: readonly Feature[] = [
  {
    promised: '`NewSessionManagerV2(root, maxConcurrent[, logger])`',
    here: '`new SessionManager({ store, resources: [workspaces(root)], limits: { sessions: 100 }, logger })`',
    tests: {
      'core/test/workspace/manager.test.ts': [
        'a session has its folder, of mode 0700, from its creation to its deletion, and the agent finds it',
      ],
      'core/src/conformance/quotas.ts': ['limits: a full store is SESSION_LIMIT_REACHED, and nothing is written'],
      'core/test/expiry-sweep.test.ts': [
        'a sweep that fails is tried again at the next interval, and its error is logged',
      ],
    },
  },
  {
    promised: '`CreateSession(ctx, userID, orgID)`: a UUID session, its composed prompt, a 0700 workspace',
    here: '`manager.for({ userId, orgId }).createSession()`',
    tests: {
      'core/test/id.test.ts': ['id: it is a UUIDv7 of now'],
      'core/test/prompts.test.ts': [
        'the composer of @sess/prompt fits: its parts and digest are kept, and its errors are the cause',
      ],
      'core/test/workspace/manager.test.ts': [
        'a session has its folder, of mode 0700, from its creation to its deletion, and the agent finds it',
      ],
    },
  },
  {
    promised: '`GetSession`, `ErrSessionNotFound`',
    here: '`getSession`, `SESSION_NOT_FOUND`',
    tests: {
      'core/src/conformance/sessions.ts': [
        'getSession: answers the record',
        'getSession: answers null where there is none',
      ],
      'core/test/owner-scopes.test.ts': ['owner: as a session id, %s is simply not found'],
      'core/test/events.test.ts': [
        'audit: an id of somebody else and one that nobody has are denied alike; what is no id is not repeated',
      ],
    },
  },
  {
    promised: '`CleanupSession`: clients disconnected, folder removed',
    here: '`session.delete()`, `SessionResource.destroy`',
    tests: {
      'core/test/resources.test.ts': [
        'deleting a session releases and destroys its resources, the last first, then the data',
      ],
      'core/test/workspace/manager.test.ts': [
        'a session has its folder, of mode 0700, from its creation to its deletion, and the agent finds it',
      ],
      'mcp/test/clients.test.ts': ['closing a session with eight servers that hang takes no longer than one may'],
    },
  },
  {
    promised: '`ListSessions(user)`, `CountUserSessions`, `CountAllSessions`',
    here: '`listSessions` (paged), `countSessions`, from counters or an index',
    tests: {
      'core/src/conformance/lists.ts': [
        'listSessions: pages of every size have every session once, in order',
        'countSessions: counts what a list has',
        'countSessions: the whole store',
      ],
      'core/test/seed-faults.test.ts': [
        "creating, counting and listing one user's sessions cost the same among 10,000 of others as among 100",
      ],
    },
  },
  {
    promised: '`CleanupInactiveSessions(threshold)` → ids; periodic',
    here: '`manager.cleanupInactive(idleMs)`; `cleanup: { intervalMs }`',
    tests: {
      'core/test/expiry-sweep.test.ts': [
        'cleanupInactive removes what had no activity for so long, and answers which',
        'the sweep runs by itself, again and again, and no more after close',
      ],
      'core/src/conformance/expire-idle.ts': [
        'expireIdle: sessions that were idle for exactly so long or longer expire now',
      ],
    },
  },
  {
    promised: '`Add`, `Get`, `List`, `RemoveMCPClient`; http, sse, stdio; none, bearer, oauth; disconnected on cleanup',
    here: '`@sess/mcp`: `hub.for(session)`',
    tests: {
      'mcp/test/clients.test.ts': [
        'servers are listed in the order they were added, and nothing is connected by it',
        'removing during a call leaves its outcome unknown, and the rest usable',
        'closing wins over a connection under way, and no process is left',
      ],
      'mcp/test/real-servers.test.ts': ['three servers at once, each with its own tools'],
      'mcp/test/http.test.ts': [
        'a server over %s',
        'is used, and knows no session any more when ours has ended',
        'a bearer token is looked up for the owner of the session, and goes with every request',
      ],
      'mcp/test/oauth.test.ts': [
        'client credentials: the token is fetched, used for every request, and fetched anew when it is refused',
      ],
    },
  },
  {
    promised:
      '`UpdateSystemPrompt`, `GetSystemPrompt`, `SetPromptComposer` (global, org, user; priority, isActive; validator; variables)',
    here: '`setSystemPrompt`, `systemPrompt`, `@sess/prompt`',
    tests: {
      'core/test/prompts.test.ts': ['setSystemPrompt replaces the prompt, or removes it, and tells the digests'],
      'prompt/test/order.test.ts': [
        'the scope decides first, from global to chat',
        'the higher priority stands first within a scope',
      ],
      'prompt/test/composition.test.ts': ['an inactive part is left out'],
      'prompt/test/explain.test.ts': ['says where each variable came from'],
      'prompt/test/validator.test.ts': [
        'a validator sees each part as it will stand, and each text of the caller unescaped',
      ],
    },
  },
  {
    promised: '`GetWorkspacePath`, `GetSessionInfo` (a snapshot that is safe to share)',
    here: '`workspacePath`, `record` (frozen)',
    tests: {
      'core/test/resource-state.test.ts': ['the workspace path is that of the first resource that has one'],
      'core/test/seed-faults.test.ts': ['reading one session from many places at once is safe'],
    },
  },
  {
    promised: '`SetAuditLogger`, `LogSessionEvent(user, org, type, session, details)`',
    here: 'the port `AuditLog`; `@sess/core/audit`',
    tests: {
      'core/test/audit/file-audit.test.ts': ['file audit: a manager writes through it, and content never gets there'],
      'core/test/audit/audit-writers.test.ts': [
        'eight processes write to one folder: no record is missing, and each chain is right',
      ],
    },
  },
  {
    promised: 'maximum of concurrent sessions, `ErrMaxSessionsReached` (38 of 10 passed there)',
    here: 'exact across processes, `SESSION_LIMIT_REACHED`',
    tests: {
      'core/test/seed-faults.test.ts': ['a limit that is checked before it is taken lets 38 of 10 pass; here it is 10'],
      'core/src/conformance/quotas.ts': ['limits: 1,000 creations of one user at once give exactly its limit'],
      'store-redis/test/processes.test.ts': [
        'many creations at a limit of 10 give exactly 10: for a user, an organisation, the store',
      ],
    },
  },
  {
    promised: '`ErrInvalidUserID`, `ErrInvalidOrgID`, `ErrWorkspaceCreation`',
    here: '`INVALID_USER_ID`, `INVALID_ORG_ID`, `WORKSPACE_FAILED`',
    tests: {
      'core/test/owner-scopes.test.ts': ['owner: an empty, long, malformed or missing name is %s'],
      'core/test/seed-faults.test.ts': [
        'the documented code of an error is what a caller gets, however it was wrapped',
      ],
      'core/test/workspace/processes.test.ts': [
        'a full disk is WORKSPACE_FAILED with the cause, the old content stays, and nothing half-written',
      ],
    },
  },
  {
    promised: 'thread safety',
    here: 'right under concurrent calls in one process and across processes',
    tests: {
      'core/test/two-managers.test.ts': ['at most one turn at a time runs in a chat, whichever manager it is sent to'],
      'store-redis/test/processes.test.ts': ['8 × 1,000 appends to one chat are all there, once, in dense order'],
      'store-mysql/test/processes.test.ts': [
        '8 processes that append to one chat write every message once, in dense order',
      ],
    },
  },
]
