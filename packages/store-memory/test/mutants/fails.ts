/** For each mutant the cases that must fail: these and no others. */
export const fails: Readonly<Record<string, readonly string[]>> = {
  "sessions: a repeated creation is SESSION_EXISTS": [
    "createSession: a repeat of the one that made a key is answered as created",
    "limits: a repeat of a creation is answered although the limit is full",
    "createSession: a repeat for an expired session is SESSION_EXPIRED",
    "repeat: createSession",
  ],
  "sessions: a repeated creation says that nothing was created": [
    "createSession: of 8 with one id at once, all answer it and one session is there",
    "createSession: a repeat of the one that made a key is answered as created",
    "limits: a repeat of a creation is answered although the limit is full",
    "repeat: createSession",
  ],
  "sessions: an id that was not made for the owner is mended": [
    "createSession: an id that was not made for the owner is INVALID_ARGUMENT",
  ],
  "sessions: an id that another has is handed out": [
    "createSession: an id that another owner has is SESSION_EXISTS",
  ],
  "sessions: createdAt that was given is ignored": [
    "createSession: a createdAt that was given is kept",
    "updateSession: the version grows by one, and updatedAt is now",
    "expiry: the absolute end counts from a createdAt that was given",
  ],
  "sessions: createdAt is behind the clock": [
    "createSession: answers the record it made",
    "createSession: a createdAt that was given is kept",
    "getSession: answers the record",
    "findSession: answers the record, whoever owns it",
    "pending: it expires pendingMs after its creation",
    "limits: an expired pending session frees its place",
    "expiry: idle, a session is alive until exactly expiresAt",
    "expiry: absolute, a session is alive until exactly expiresAt",
    "expiry: a write is taken until exactly expiresAt",
    "expiry: lists and counts leave a session out from exactly expiresAt",
    "expiry: the earlier of idle and absolute counts",
    "expiry: activity does not move it past the absolute end",
    "touchSession: expiresInMs does not go past the absolute end",
    "claimExpired: gives a session from exactly expiresAt on",
    "claimExpired: gives at most limit",
    "claimExpired: nobody else is given a session before its lease ends, everybody after",
    "claimExpired: only the session that is named",
    "claimExpired: sweepers that claim at once never get the same session",
    "claimExpired: a claimed session still is SESSION_EXPIRED",
    "removeExpired: resolves to false where the session is gone",
    "removeExpired: a session made anew under the id is not removed",
    "removeExpired: a claim that was never given removes nothing",
    "removeExpired: another session's claim removes nothing",
    "removeExpired: a claim that passed to somebody else removes nothing",
    "removeExpired: a lapsed claim that nobody took still removes",
    "removeExpired: another owner removes nothing",
    "repeat: createSession",
    "listSessions: answers the records of a user, newest first",
    "tenancy: names that run together are different owners",
    "stats: count what one user has",
    "stats: an expired session leaves them at once, with all it has",
    "supports.shared: another instance sees the same, at once",
    "open: can be called at any time, any number of times",
    "health: the time goes forward, and is the one that records carry",
  ],
  "sessions: tags are sorted": [
    "createSession: answers the record it made",
    "hostile names: tags",
  ],
  "sessions: an update clears what it does not name": [
    "updateSession: changes what is given and leaves the rest",
    "listSessions: by tag and status together",
  ],
  "sessions: an update merges data": [
    "updateSession: changes what is given and leaves the rest",
  ],
  "sessions: the version is not looked at": [
    "updateSession: a stale version is VERSION_CONFLICT and writes nothing",
  ],
  "sessions: a version that is yet to come is fine": [
    "updateSession: a stale version is VERSION_CONFLICT and writes nothing",
  ],
  "sessions: a closed session can never change": [
    "updateSession: every state can be set from every other",
  ],
  "sessions: getSession loses null": [
    "getSession: answers the record",
  ],
  "sessions: getSession of a missing one throws": [
    "getSession: answers null where there is none",
    "getSession: a string that is no id is like a missing one",
    "deleteSession: removes all the session had",
    "deleteSession: removes an expired session",
    "removeExpired: removes all the session had, and frees its key",
    "tenancy: the owner still reaches everything",
    "hostile names: as ids they are like missing ones",
  ],
  "sessions: findSession has another version": [
    "findSession: answers the record, whoever owns it",
  ],
  "sessions: the version is looked at before the update is made": [
    "updateSession: of 8 writers that know one version, one wins",
  ],
  "sessions: updating a missing one is VERSION_CONFLICT": [
    "updateSession: a missing session is SESSION_NOT_FOUND",
    "tenancy: updateSession of another owner's session is as of a missing one",
    "tenancy: an expired session of another owner is as a missing one",
  ],
  "sessions: touching a missing one is SESSION_EXPIRED": [
    "touchSession: a missing session is SESSION_NOT_FOUND",
  ],
  "sessions: touching is a change of the record": [
    "touchSession: activity is no change of the record",
    "repeat: touchSession with expiresInMs",
  ],
  "sessions: deleting says that there was one": [
    "deleteSession: resolves to false where there is none",
    "deleteSession: of 8 at once, one is told there was one",
    "repeat: deleteSession",
    "tenancy: an operation id of another owner is nothing special",
    "hostile names: as ids they are like missing ones",
  ],
  "sessions: deleting hides a session, and leaves it under its id": [
    "deleteSession: removes all the session had",
  ],
  "sessions: deleting takes all of the owner": [
    "deleteSession: other sessions of the owner stay",
    "limits: restoring needs room, and writes nothing without",
    "limits: a deleted session frees its place, once",
    "limits: deleting an archived session frees no place",
    "limits: removing an expired session frees no second place",
    "expiry: a session that expired takes no other with it",
    "repeat: deleteSession",
    "listSessions: a session that is there throughout is listed once while others come and go",
    "listSessions: goes on where the session of the cursor was deleted",
  ],
  "sessions: findSession of a missing one throws": [
    "getSession: a string that is no id is like a missing one",
    "findSession: answers null where there is none",
    "deleteSession: removes all the session had",
    "createSession: a taken key is SESSION_EXISTS, and nothing is written",
    "createSession: an expired session holds its key until it is removed",
    "limits: a full user is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: a full organisation is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: a full store is SESSION_LIMIT_REACHED, and nothing is written",
    "removeExpired: removes all the session had, and frees its key",
    "abort: createSession rejects with the reason, and nothing is written",
    "hostile names: as ids they are like missing ones",
  ],
  "sessions: a text that is no id is INVALID_ARGUMENT": [
    "getSession: a string that is no id is like a missing one",
    "hostile names: as ids they are like missing ones",
  ],
  "pending: a session that is being made is listed": [
    "pending: a session that is being made is found by its id only",
  ],
  "pending: a session is active at once": [
    "pending: a session that is being made is found by its id only",
    "pending: it expires pendingMs after its creation",
    "pending: each write sets its end to pendingMs later",
    "pending: no turn begins in it",
    "limits: an expired pending session frees its place",
    "claimExpired: gives sessions of every state, also pending ones",
    "countSessions: counts what a list has",
    "stats: what a pending session has comes into them when it leaves that state",
  ],
  "pending: writes do not keep it from expiring": [
    "pending: each write sets its end to pendingMs later",
  ],
  "pending: no context can be set": [
    "pending: chats, messages and context can be written",
  ],
  "pending: leaving it keeps its expiry": [
    "pending: leaving it sets the expiry anew",
  ],
  "keys: a taken key is taken again": [
    "createSession: a taken key is SESSION_EXISTS, and nothing is written",
    "createSession: of 8 that claim one key at once, one wins",
  ],
  "keys: a taken key is answered where it should be refused": [
    "createSession: a taken key is SESSION_EXISTS, and nothing is written",
    "createSession: of 8 that claim one key at once, one wins",
  ],
  "keys: a taken key is refused where it should be opened": [
    "createSession: opening a taken key answers the session that has it",
    "createSession: opening works in every state and under full limits",
    "createSession: of 50 that open one key at once, one creates and all answer it",
    "hostile names: key of a session",
  ],
  "keys: opening says that it created nothing": [
    "createSession: opening a free key creates a session",
    "createSession: of 50 that open one key at once, one creates and all answer it",
    "createSession: a repeat of the one that made a key is answered as created",
    "createSession: a key belongs to one owner",
    "createSession: a deleted session frees its key",
    "createSession: an expired session holds its key until it is removed",
    "abort: createSession rejects with the reason, and nothing is written",
  ],
  "keys: a deleted session keeps its key": [
    "createSession: a deleted session frees its key",
  ],
  "keys: are not told in the error": [
    "createSession: a taken key is SESSION_EXISTS, and nothing is written",
  ],
  "keys: a key is looked up before the session is made": [
    "createSession: a taken key is SESSION_EXISTS, and nothing is written",
    "createSession: opening a taken key answers the session that has it",
    "createSession: opening works in every state and under full limits",
    "createSession: of 50 that open one key at once, one creates and all answer it",
    "createSession: of 8 that claim one key at once, one wins",
    "createSession: a repeat of the one that made a key is answered as created",
    "createSession: an expired session holds its key until it is removed",
    "tenancy: names that run together are different owners",
    "hostile names: key of a session",
    "close: what is under way is finished",
  ],
  "keys: are shared in an organisation": [
    "createSession: a key belongs to one owner",
    "hostile names: userId",
  ],
  "keys: are compared without case": [
    "hostile names: key of a session",
  ],
  "keys: trailing spaces do not count": [
    "hostile names: key of a session",
  ],
  "keys: opening is not possible under a full limit": [
    "createSession: opening works in every state and under full limits",
    "close: what is under way is finished",
  ],
  "keys: an expired session is removed for a new one": [
    "createSession: an expired session holds its key until it is removed",
  ],
  "keys: a session without a key is the one without a key": [
    "deleteSession: removes all the session had",
    "createSession: sessions without a key are all different",
    "limits: a full user is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: 1,000 creations of one user at once give exactly its limit",
    "limits: what one limit refuses takes no place under another",
    "limits: archived and closed sessions do not count",
    "limits: paused sessions count",
    "limits: pending sessions count",
    "limits: an archived session may change under a full limit",
    "limits: restoring needs room, and writes nothing without",
    "limits: of 8 archived sessions restored at once, as many as there is room come back",
    "limits: a deleted session frees its place, once",
    "limits: deleting an archived session frees no place",
    "limits: an expired session frees its place at once",
    "limits: removing an expired session frees no second place",
    "limits: an expired pending session frees its place",
    "limits: null is any number",
    "expiry: a write is taken until exactly expiresAt",
    "expiry: a session that expired takes no other with it",
    "claimExpired: gives sessions of every state, also pending ones",
    "expireIdle: frees the places of its sessions at once",
    "createChat: a key belongs to one session",
    "repeat: an operation of one session is nothing to another",
    "listSessions: answers the records of a user, newest first",
    "listSessions: pages of every size have every session once, in order",
    "listSessions: a page holds at most limit, and 20 by default",
    "listSessions: by status",
    "listSessions: by tag, the whole tag",
    "listSessions: by tag and status together",
    "listSessions: by activity, all of one minute by id, newest first",
    "listSessions: a session that is there throughout is listed once while others come and go",
    "listSessions: goes on where the session of the cursor was deleted",
    "listSessions: a cursor can be used again",
    "countSessions: counts what a list has",
    "countSessions: the whole store",
    "listSessions: a damaged cursor is CURSOR_INVALID",
    "listSessions: a damaged cursor of the order by activity is CURSOR_INVALID",
    "listChats: a damaged cursor is CURSOR_INVALID",
    "expireIdle: a damaged cursor is CURSOR_INVALID",
    "listSessions: a cursor is good for its own query only",
    "listSessions: the order by creation is the default, also to a cursor",
    "listSessions: names that run together make different cursors",
    "listChats: a cursor is good for its own session only",
    "cursors: one method refuses those of another",
    "tenancy: getChat of a chat through another session is as of a missing one",
    "tenancy: readMessages of a chat through another session is as of a missing one",
    "tenancy: updateChat of a chat through another session is as of a missing one",
    "tenancy: activateChat of a chat through another session is as of a missing one",
    "tenancy: appendMessages of a chat through another session is as of a missing one",
    "tenancy: rewriteMessages of a chat through another session is as of a missing one",
    "tenancy: beginTurn of a chat through another session is as of a missing one",
    "tenancy: renewTurn of a chat through another session is as of a missing one",
    "tenancy: endTurn of a chat through another session is as of a missing one",
    "tenancy: interruptTurn of a chat through another session is as of a missing one",
    "tenancy: deleteChat of a chat through another session is as of a missing one",
    "tenancy: a chat id of another session does not open its chat",
    "hostile names: tags",
    "stats: count what one user has",
    "stats: an expired session leaves them at once, with all it has",
    "close: what is under way is finished",
  ],
  "limits: the one of the user is not looked at": [
    "limits: a full user is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: a key with a full user is free for others, and the refused one is not kept",
    "limits: 1,000 creations of one user at once give exactly its limit",
    "limits: what one limit refuses takes no place under another",
    "limits: archived and closed sessions do not count",
    "limits: paused sessions count",
    "limits: pending sessions count",
    "limits: restoring needs room, and writes nothing without",
    "limits: a deleted session frees its place, once",
    "limits: deleting an archived session frees no place",
    "limits: an expired session frees its place at once",
    "limits: removing an expired session frees no second place",
  ],
  "limits: the one of the org is not looked at": [
    "limits: a full organisation is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: 1,000 creations of many users at once do not go over the organisation",
    "limits: what one limit refuses takes no place under another",
    "limits: removing an expired session frees no second place",
  ],
  "limits: the one of the store is not looked at": [
    "limits: a full store is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: 1,000 creations in many organisations at once do not go over the store",
    "limits: removing an expired session frees no second place",
  ],
  "limits: the one of the user has one more place": [
    "limits: a full user is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: a key with a full user is free for others, and the refused one is not kept",
    "limits: 1,000 creations of one user at once give exactly its limit",
    "limits: what one limit refuses takes no place under another",
    "limits: archived and closed sessions do not count",
    "limits: paused sessions count",
    "limits: pending sessions count",
    "limits: restoring needs room, and writes nothing without",
    "limits: a deleted session frees its place, once",
    "limits: deleting an archived session frees no place",
    "limits: an expired session frees its place at once",
    "limits: removing an expired session frees no second place",
  ],
  "limits: the one of the org has one more place": [
    "limits: a full organisation is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: 1,000 creations of many users at once do not go over the organisation",
    "limits: what one limit refuses takes no place under another",
    "limits: removing an expired session frees no second place",
  ],
  "limits: the one of the store has one more place": [
    "limits: a full store is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: 1,000 creations in many organisations at once do not go over the store",
    "limits: removing an expired session frees no second place",
  ],
  "limits: the one of the user is checked before the session is made": [
    "limits: 1,000 creations of one user at once give exactly its limit",
    "limits: pending sessions count",
  ],
  "limits: the one of the org is checked before the session is made": [
    "limits: 1,000 creations of many users at once do not go over the organisation",
  ],
  "limits: the one of the store is checked before the session is made": [
    "limits: 1,000 creations in many organisations at once do not go over the store",
  ],
  "limits: the one of the user is that of the organisation": [
    "limits: a user's limit does not see other users",
    "limits: what one limit refuses takes no place under another",
  ],
  "limits: the one of the organisation is that of the store": [
    "limits: an organisation's limit does not see other organisations",
  ],
  "limits: restoring is always possible": [
    "limits: restoring needs room, and writes nothing without",
    "limits: of 8 archived sessions restored at once, as many as there is room come back",
  ],
  "limits: restoring to paused is always possible": [
    "limits: restoring needs room, and writes nothing without",
  ],
  "limits: every change needs room": [
    "limits: a session that counts already may change under a full limit",
    "limits: an archived session may change under a full limit",
  ],
  "limits: resuming needs room": [
    "limits: a session that counts already may change under a full limit",
  ],
  "limits: archived sessions count": [
    "createSession: opening works in every state and under full limits",
    "limits: archived and closed sessions do not count",
    "close: what is under way is finished",
  ],
  "limits: closed sessions count": [
    "createSession: opening works in every state and under full limits",
    "limits: archived and closed sessions do not count",
    "close: what is under way is finished",
  ],
  "limits: paused sessions do not count": [
    "limits: paused sessions count",
    "close: what is under way is finished",
  ],
  "limits: pending sessions do not count": [
    "limits: pending sessions count",
  ],
  "limits: an expired session holds its place until it is swept": [
    "limits: an expired session frees its place at once",
    "limits: removing an expired session frees no second place",
    "limits: an expired pending session frees its place",
    "expireIdle: frees the places of its sessions at once",
  ],
  "limits: deleting an expired session frees a place that was free": [
    "limits: removing an expired session frees no second place",
  ],
  "limits: deleting an archived session frees a place that was free": [
    "limits: deleting an archived session frees no place",
  ],
  "limits: deleting twice frees two places": [
    "limits: a deleted session frees its place, once",
  ],
  "limits: a refused creation takes a place": [
    "limits: what one limit refuses takes no place under another",
  ],
  "limits: a repeated creation needs room": [
    "limits: a repeat of a creation is answered although the limit is full",
    "repeat: createSession",
    "close: what is under way is finished",
  ],
  "limits: a refused creation keeps its key": [
    "limits: a key with a full user is free for others, and the refused one is not kept",
  ],
  "limits: there is always one, of 20": [
    "limits: null is any number",
    "listSessions: a page holds at most limit, and 20 by default",
    "listSessions: a session that is there throughout is listed once while others come and go",
  ],
  "expiry: getSession of an expired session is as of a missing one": [
    "pending: it expires pendingMs after its creation",
    "getSession: an expired session is SESSION_EXPIRED",
    "expiry: idle, a session is alive until exactly expiresAt",
    "expiry: absolute, a session is alive until exactly expiresAt",
    "claimExpired: a claimed session still is SESSION_EXPIRED",
    "removeExpired: another session's claim removes nothing",
    "removeExpired: a claim that passed to somebody else removes nothing",
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
  ],
  "expiry: findSession of an expired session is as of a missing one": [
    "findSession: an expired session is SESSION_EXPIRED",
  ],
  "expiry: getChat of an expired session is as of a missing one": [
    "getChat: an expired session is SESSION_EXPIRED",
  ],
  "expiry: listChats of an expired session is as of a missing one": [
    "listChats: an expired session is SESSION_EXPIRED",
  ],
  "expiry: readMessages of an expired session is as of a missing one": [
    "readMessages: an expired session is SESSION_EXPIRED",
  ],
  "expiry: getContext of an expired session is as of a missing one": [
    "getContext: an expired session is SESSION_EXPIRED",
  ],
  "expiry: listContext of an expired session is as of a missing one": [
    "listContext: an expired session is SESSION_EXPIRED",
  ],
  "expiry: deleteChat of an expired session is as of a missing one": [
    "deleteChat: an expired session is SESSION_EXPIRED",
  ],
  "expiry: deleteContext of an expired session is as of a missing one": [
    "deleteContext: an expired session is SESSION_EXPIRED",
  ],
  "expiry: setContext of an expired session is as of a missing one": [
    "setContext: an expired session is SESSION_EXPIRED",
  ],
  "expiry: endTurn of an expired session is as of a missing one": [
    "endTurn: an expired session is SESSION_EXPIRED",
    "turns: a turn does not outlive its session",
  ],
  "expiry: renewTurn of an expired session is as of a missing one": [
    "renewTurn: an expired session is SESSION_EXPIRED",
    "turns: a turn does not outlive its session",
  ],
  "expiry: interruptTurn of an expired session is as of a missing one": [
    "interruptTurn: an expired session is SESSION_EXPIRED",
  ],
  "expiry: updateSession of an expired session is SESSION_NOT_FOUND": [
    "updateSession: an expired session is SESSION_EXPIRED",
    "updateSession: a state that does not count expires too",
  ],
  "expiry: touchSession of an expired session is SESSION_NOT_FOUND": [
    "touchSession: an expired session is SESSION_EXPIRED",
    "claimExpired: a claimed session still is SESSION_EXPIRED",
  ],
  "expiry: createChat of an expired session is SESSION_NOT_FOUND": [
    "createChat: an expired session is SESSION_EXPIRED",
  ],
  "expiry: updateChat of an expired session is SESSION_NOT_FOUND": [
    "updateChat: an expired session is SESSION_EXPIRED",
  ],
  "expiry: activateChat of an expired session is SESSION_NOT_FOUND": [
    "activateChat: an expired session is SESSION_EXPIRED",
  ],
  "expiry: appendMessages of an expired session is SESSION_NOT_FOUND": [
    "appendMessages: an expired session is SESSION_EXPIRED",
    "appendMessages: a running turn does not outlive its session",
    "expiry: a write is taken until exactly expiresAt",
    "turns: a turn does not outlive its session",
  ],
  "expiry: rewriteMessages of an expired session is SESSION_NOT_FOUND": [
    "rewriteMessages: an expired session is SESSION_EXPIRED",
    "turns: a turn does not outlive its session",
  ],
  "expiry: beginTurn of an expired session is SESSION_NOT_FOUND": [
    "beginTurn: an expired session is SESSION_EXPIRED",
  ],
  "expiry: a session expires 1 ms early": [
    "pending: it expires pendingMs after its creation",
    "expiry: idle, a session is alive until exactly expiresAt",
    "expiry: absolute, a session is alive until exactly expiresAt",
  ],
  "expiry: a session expires 1 ms late": [
    "pending: it expires pendingMs after its creation",
    "expiry: idle, a session is alive until exactly expiresAt",
    "expiry: absolute, a session is alive until exactly expiresAt",
  ],
  "expiry: an append is taken 1 ms late": [
    "expiry: a write is taken until exactly expiresAt",
  ],
  "health: is 1 ms ahead of the clock of the records": [
    "createSession: answers the record it made",
    "updateSession: the version grows by one, and updatedAt is now",
    "pending: it expires pendingMs after its creation",
    "pending: leaving it sets the expiry anew",
    "createSession: an expired session holds its key until it is removed",
    "limits: an expired session frees its place at once",
    "limits: removing an expired session frees no second place",
    "getSession: an expired session is SESSION_EXPIRED",
    "getChat: an expired session is SESSION_EXPIRED",
    "listChats: an expired session is SESSION_EXPIRED",
    "readMessages: an expired session is SESSION_EXPIRED",
    "getContext: an expired session is SESSION_EXPIRED",
    "listContext: an expired session is SESSION_EXPIRED",
    "updateSession: an expired session is SESSION_EXPIRED",
    "touchSession: an expired session is SESSION_EXPIRED",
    "createChat: an expired session is SESSION_EXPIRED",
    "updateChat: an expired session is SESSION_EXPIRED",
    "activateChat: an expired session is SESSION_EXPIRED",
    "appendMessages: an expired session is SESSION_EXPIRED",
    "rewriteMessages: an expired session is SESSION_EXPIRED",
    "setContext: an expired session is SESSION_EXPIRED",
    "deleteContext: an expired session is SESSION_EXPIRED",
    "beginTurn: an expired session is SESSION_EXPIRED",
    "renewTurn: an expired session is SESSION_EXPIRED",
    "endTurn: an expired session is SESSION_EXPIRED",
    "interruptTurn: an expired session is SESSION_EXPIRED",
    "deleteChat: an expired session is SESSION_EXPIRED",
    "findSession: an expired session is SESSION_EXPIRED",
    "createSession: a repeat for an expired session is SESSION_EXPIRED",
    "appendMessages: a running turn does not outlive its session",
    "expiry: idle, a session is alive until exactly expiresAt",
    "expiry: absolute, a session is alive until exactly expiresAt",
    "expiry: a write is taken until exactly expiresAt",
    "expiry: lists and counts leave a session out from exactly expiresAt",
    "touchSession: sets lastActiveAt to now and expiresAt to idleMs later",
    "appendMessages: counts as activity",
    "rewriteMessages: counts as activity",
    "renewTurn: counts as activity",
    "setContext: counts as activity",
    "deleteContext: counts as activity",
    "touchSession: expiresInMs sets the expiry, also to an earlier instant",
    "updateSession: a state that does not count expires too",
    "claimExpired: gives what is expired, as it was, and nothing else",
    "claimExpired: gives a session from exactly expiresAt on",
    "claimExpired: gives at most limit",
    "claimExpired: gives sessions of every state, also pending ones",
    "claimExpired: nobody else is given a session before its lease ends, everybody after",
    "claimExpired: only the session that is named",
    "claimExpired: the session that is named is not given while it lives, nor to another owner",
    "claimExpired: sweepers that claim at once never get the same session",
    "claimExpired: a claimed session still is SESSION_EXPIRED",
    "removeExpired: removes all the session had, and frees its key",
    "removeExpired: other sessions of the owner stay",
    "removeExpired: resolves to false where the session is gone",
    "removeExpired: a session made anew under the id is not removed",
    "removeExpired: a claim that was never given removes nothing",
    "removeExpired: another session's claim removes nothing",
    "removeExpired: a claim that passed to somebody else removes nothing",
    "removeExpired: a lapsed claim that nobody took still removes",
    "removeExpired: another owner removes nothing",
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
    "createChat: answers the record it made",
    "append: createdAt is the time of the store unless it was given",
    "turns: a turn does not outlive its session",
    "abort: claimExpired rejects with the reason, and nothing is claimed",
    "abort: removeExpired rejects with the reason, and nothing is removed",
    "stats: an expired session leaves them at once, with all it has",
  ],
  "expiry: lists have sessions that expired": [
    "expiry: lists and counts leave a session out from exactly expiresAt",
  ],
  "expiry: counts have sessions that expired": [
    "expiry: lists and counts leave a session out from exactly expiresAt",
    "removeExpired: other sessions of the owner stay",
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
  ],
  "expiry: the later of idle and absolute counts": [
    "expiry: the earlier of idle and absolute counts",
    "expiry: activity does not move it past the absolute end",
    "touchSession: expiresInMs does not go past the absolute end",
  ],
  "expiry: the absolute end counts from now": [
    "expiry: the absolute end counts from a createdAt that was given",
  ],
  "expiry: touching slides nothing": [
    "touchSession: sets lastActiveAt to now and expiresAt to idleMs later",
    "expireIdle: a session that was active since lives on",
  ],
  "expiry: appendMessages is no activity": [
    "appendMessages: counts as activity",
    "expiry: activity does not move it past the absolute end",
  ],
  "expiry: rewriteMessages is no activity": [
    "rewriteMessages: counts as activity",
  ],
  "expiry: setContext is no activity": [
    "appendMessages: counts as activity",
    "rewriteMessages: counts as activity",
    "renewTurn: counts as activity",
    "setContext: counts as activity",
    "deleteContext: counts as activity",
  ],
  "expiry: deleteContext is no activity": [
    "deleteContext: counts as activity",
  ],
  "expiry: getSession is activity": [
    "pending: it expires pendingMs after its creation",
    "expiry: idle, a session is alive until exactly expiresAt",
    "expiry: reading is no activity",
    "removeExpired: other sessions of the owner stay",
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
  ],
  "expiry: listContext is activity": [
    "expiry: reading is no activity",
    "removeExpired: other sessions of the owner stay",
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
  ],
  "expiry: listChats is activity": [
    "expiry: reading is no activity",
    "removeExpired: other sessions of the owner stay",
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
  ],
  "expiry: activity sets it to idleMs later, also if that is earlier": [
    "expiry: activity never makes it earlier",
  ],
  "expiry: extending never makes it earlier": [
    "touchSession: expiresInMs sets the expiry, also to an earlier instant",
    "repeat: touchSession with expiresInMs",
  ],
  "expiry: extending goes past the absolute end": [
    "touchSession: expiresInMs does not go past the absolute end",
  ],
  "expiry: activity goes past the absolute end": [
    "expiry: activity does not move it past the absolute end",
  ],
  "expiry: a session that never expires cannot be given an end": [
    "touchSession: expiresInMs ends also a session that would never expire",
  ],
  "expiry: touching works in active sessions only": [
    "touchSession: works in every state",
  ],
  "expiry: never is a day": [
    "expiry: without idle and absolute it is never",
  ],
  "expiry: an expired session cannot be deleted": [
    "createSession: an expired session holds its key until it is removed",
    "limits: removing an expired session frees no second place",
    "deleteSession: removes an expired session",
    "expiry: a session that expired takes no other with it",
    "removeExpired: resolves to false where the session is gone",
    "removeExpired: a session made anew under the id is not removed",
  ],
  "expiry: an archived session never expires": [
    "updateSession: a state that does not count expires too",
  ],
  "sweep: a lease is not looked at": [
    "claimExpired: gives at most limit",
    "claimExpired: nobody else is given a session before its lease ends, everybody after",
    "claimExpired: only the session that is named",
    "claimExpired: sweepers that claim at once never get the same session",
  ],
  "sweep: a lease never ends": [
    "claimExpired: nobody else is given a session before its lease ends, everybody after",
    "removeExpired: a claim that passed to somebody else removes nothing",
  ],
  "sweep: the limit is not looked at": [
    "claimExpired: gives at most limit",
  ],
  "sweep: the session that is named is not looked at": [
    "claimExpired: only the session that is named",
    "claimExpired: the session that is named is not given while it lives, nor to another owner",
  ],
  "sweep: any owner may claim the session that is named": [
    "claimExpired: the session that is named is not given while it lives, nor to another owner",
  ],
  "sweep: sessions that were being made are forgotten": [
    "claimExpired: gives sessions of every state, also pending ones",
  ],
  "sweep: living sessions are claimed": [
    "claimExpired: gives what is expired, as it was, and nothing else",
    "claimExpired: gives nothing where nothing is expired",
    "claimExpired: gives a session from exactly expiresAt on",
    "removeExpired: other sessions of the owner stay",
  ],
  "sweep: a claimed session has lost its tags": [
    "claimExpired: gives what is expired, as it was, and nothing else",
  ],
  "sweep: any claim removes": [
    "removeExpired: a claim that was never given removes nothing",
    "removeExpired: another session's claim removes nothing",
    "removeExpired: a claim that passed to somebody else removes nothing",
  ],
  "sweep: a claim that passed on still removes": [
    "removeExpired: a claim that passed to somebody else removes nothing",
  ],
  "sweep: a lapsed claim removes nothing": [
    "removeExpired: a lapsed claim that nobody took still removes",
    "close: every later call is CLOSED",
  ],
  "sweep: the owner is not looked at": [
    "removeExpired: another owner removes nothing",
  ],
  "sweep: a claim that was removed removes again": [
    "removeExpired: resolves to false where the session is gone",
    "removeExpired: a session made anew under the id is not removed",
    "removeExpired: a claim that was never given removes nothing",
    "removeExpired: another session's claim removes nothing",
    "removeExpired: a claim that passed to somebody else removes nothing",
    "removeExpired: another owner removes nothing",
  ],
  "sweep: a claim is by the id, so that a session made anew can be removed": [
    "removeExpired: a session made anew under the id is not removed",
  ],
  "sweep: removing takes the other sessions of the owner with it": [
    "removeExpired: other sessions of the owner stay",
  ],
  "sweep: removing leaves a hull behind": [
    "removeExpired: removes all the session had, and frees its key",
  ],
  "sweep: claiming brings a session back to life": [
    "claimExpired: a claimed session still is SESSION_EXPIRED",
  ],
  "sweep: expireIdle wants 1 ms more": [
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
    "expireIdle: answers the ids, page by page to the end",
    "expireIdle: a session that was active since lives on",
    "expireIdle: what is expired already is not answered",
    "expireIdle: frees the places of its sessions at once",
  ],
  "sweep: expireIdle wants 1 ms less": [
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
  ],
  "sweep: expireIdle takes active sessions too": [
    "expireIdle: a session that was active since lives on",
  ],
  "sweep: expireIdle has one page only": [
    "expireIdle: answers the ids, page by page to the end",
  ],
  "sweep: expireIdle only tells": [
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
    "expireIdle: what is expired already is not answered",
    "expireIdle: frees the places of its sessions at once",
    "expireIdle: a damaged cursor is CURSOR_INVALID",
    "cursors: one method refuses those of another",
    "abort: expireIdle rejects with the reason, and nothing expires",
  ],
  "sweep: expireIdle answers what expired before, too": [
    "expireIdle: sessions that were idle for exactly so long or longer expire now",
    "expireIdle: answers the ids, page by page to the end",
    "expireIdle: what is expired already is not answered",
  ],
  "chats: a repeated creation is CHAT_EXISTS": [
    "repeat: createChat",
  ],
  "chats: any id is taken": [
    "createChat: an id that was not made for the session is INVALID_ARGUMENT",
  ],
  "chats: the limit is not looked at": [
    "createChat: a full session is CHAT_LIMIT_REACHED, and nothing is written",
    "createChat: 100 at once give exactly the limit",
    "createChat: a deleted chat frees its place",
  ],
  "chats: the limit has one more place": [
    "createChat: a full session is CHAT_LIMIT_REACHED, and nothing is written",
    "createChat: 100 at once give exactly the limit",
    "createChat: a deleted chat frees its place",
  ],
  "chats: the limit is checked before the chat is made": [
    "createChat: 100 at once give exactly the limit",
  ],
  "chats: opening needs room": [
    "createChat: opening a taken key answers the chat that has it",
  ],
  "chats: opening works in active sessions only": [
    "createChat: opening works also where nothing may be created",
  ],
  "chats: a repeated creation works in active sessions only": [
    "repeat: createChat",
  ],
  "chats: a taken key is answered where it should be refused": [
    "createChat: a taken key is CHAT_EXISTS, and nothing is written",
  ],
  "chats: a taken key is refused where it should be opened": [
    "createChat: opening a taken key answers the chat that has it",
    "createChat: opening works also where nothing may be created",
    "createChat: of 50 that open one key at once, one creates and all answer it",
    "hostile names: key of a chat",
  ],
  "chats: a key is looked up before the chat is made": [
    "createChat: of 50 that open one key at once, one creates and all answer it",
  ],
  "chats: keys belong to the owner, not to the session": [
    "createChat: a key belongs to one session",
  ],
  "chats: keys are compared without accents": [
    "hostile names: key of a chat",
  ],
  "chats: a deleted chat keeps its key": [
    "createChat: a deleted chat frees its key",
  ],
  "chats: a deleted chat keeps its place": [
    "createChat: a deleted chat frees its place",
  ],
  "chats: the newest becomes the active one": [
    "createChat: the first becomes the active one, the others do not",
    "repeat: activateChat",
  ],
  "chats: firstSeq is always 1": [
    "createChat: createdAt and firstSeq that were given are kept",
  ],
  "chats: createdAt that was given is ignored": [
    "createChat: createdAt and firstSeq that were given are kept",
  ],
  "chats: a missing session is CHAT_NOT_FOUND": [
    "createChat: a missing session is SESSION_NOT_FOUND",
    "tenancy: createChat of another owner's session is as of a missing one",
    "tenancy: an expired session of another owner is as a missing one",
  ],
  "chats: an update clears what it does not name": [
    "updateChat: changes what is given and leaves the rest",
  ],
  "chats: null is no change of maxMessages": [
    "updateChat: changes what is given and leaves the rest",
  ],
  "chats: the version is not looked at": [
    "updateChat: a stale version is VERSION_CONFLICT and writes nothing",
  ],
  "chats: the version is looked at before the update is made": [
    "updateChat: of 8 writers that know one version, one wins",
  ],
  "chats: getChat of a missing one throws": [
    "getChat: answers null where there is none",
    "deleteChat: removes the chat with its messages",
    "hostile names: as ids they are like missing ones",
  ],
  "chats: messages are a change of the record": [
    "createChat: opening a taken key answers the chat that has it",
    "updateChat: messages and turns are no change of the record",
    "repeat: createChat",
    "beginTurn: grants a fence with the records as they are",
  ],
  "chats: a smaller maxMessages trims at once": [
    "updateChat: a smaller maxMessages takes effect with the next append",
  ],
  "chats: a missing chat is SESSION_NOT_FOUND": [
    "updateChat, deleteChat, activateChat: a missing chat",
  ],
  "chats: deleting leaves the messages": [
    "deleteChat: removes the chat with its messages",
  ],
  "chats: deleting says that there was one": [
    "updateChat, deleteChat, activateChat: a missing chat",
    "hostile names: as ids they are like missing ones",
  ],
  "chats: after the active one, the newest is active": [
    "deleteChat: after the active one, the oldest that is left is active",
  ],
  "chats: after any chat, the oldest is active": [
    "deleteChat: after another one, the active one stays",
    "repeat: deleteChat",
  ],
  "chats: activating has no effect": [
    "deleteChat: after another one, the active one stays",
    "activateChat: makes a chat the active one",
    "repeat: activateChat",
  ],
  "chats: chatCount counts all that were ever made": [
    "deleteChat: removes the chat with its messages",
  ],
  "chats: newest first": [
    "listChats: answers all, oldest first",
    "listChats: pages of every size have every chat once, in order",
  ],
  "chats: openCalls counts calls only": [
    "chats: openCalls counts tool calls that were not answered yet",
    "trim: a rewrite of open calls opens and closes places to begin",
  ],
  "chats: paused sessions cannot be read": [
    "chats: paused, archived and closed sessions can be read",
  ],
  "chats: archived sessions cannot be read": [
    "chats: paused, archived and closed sessions can be read",
  ],
  "chats: closed sessions cannot be read": [
    "chats: paused, archived and closed sessions can be read",
  ],
  "append: a repeated id is written again": [
    "append: a repeated id writes once and answers the first seq",
    "append: the order of keys and createdAt do not make another body",
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
    "append: a batch with known and new ids writes the new ones",
    "append: a conflict in the middle of a batch writes nothing of it",
    "append: a repeat is answered although the chat is full",
    "append: a repeat is answered in every state, and after its turn was lost",
    "repeat: appendMessages",
    "repeat: appendMessages of half a batch that landed",
    "hostile names: id of a message",
    "stats: repeats count once",
  ],
  "append: an id twice in one batch is written twice": [
    "append: an id twice in one batch is written once",
    "append: an id twice in one batch with two bodies is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: another body under a known id is taken for a repeat": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
    "append: a conflict in the middle of a batch writes nothing of it",
  ],
  "append: role is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: content is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
    "append: a conflict in the middle of a batch writes nothing of it",
  ],
  "append: name is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: metadata is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: usage is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: interrupted is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: turnId is not looked at for conflicts": [
    "append: an id with another body is MESSAGE_CONFLICT, and nothing is written",
  ],
  "append: the order of keys makes another body": [
    "append: the order of keys and createdAt do not make another body",
  ],
  "append: what stands before a conflict in a batch is written": [
    "append: an id twice in one batch with two bodies is MESSAGE_CONFLICT, and nothing is written",
    "append: a conflict in the middle of a batch writes nothing of it",
  ],
  "append: as much of a batch as there is room for is written": [
    "append: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written",
  ],
  "append: batches that come at once mix": [
    "append: batches sent at once do not mix",
  ],
  "append: of two at once, one is acknowledged and lost": [
    "append: 400 at once are all there once, in dense order, where each was told",
    "append: one id sent 20 times at once is written once",
    "append: batches sent at once do not mix",
    "append: 50 at once to a chat that rejects give exactly its limit",
  ],
  "append: tells a wrong seq": [
    "append: a repeated id writes once and answers the first seq",
    "append: a batch with known and new ids writes the new ones",
    "append: an id twice in one batch is written once",
    "append: one id sent 20 times at once is written once",
    "append: a repeat is answered although the chat is full",
    "append: a repeat is answered in every state, and after its turn was lost",
    "repeat: appendMessages",
    "repeat: appendMessages of half a batch that landed",
    "hostile names: id of a message",
  ],
  "append: says that a repeat was written": [
    "append: a repeated id writes once and answers the first seq",
    "append: the order of keys and createdAt do not make another body",
    "append: a batch with known and new ids writes the new ones",
    "append: an id twice in one batch is written once",
    "append: one id sent 20 times at once is written once",
    "append: a repeat is answered although the chat is full",
    "append: a repeat is answered in every state, and after its turn was lost",
    "repeat: appendMessages",
    "repeat: appendMessages of half a batch that landed",
    "hostile names: id of a message",
  ],
  "append: a createdAt that was given is ignored": [
    "append: messages are kept whole, in order, with a dense seq",
    "append: createdAt is the time of the store unless it was given",
    "append: the order of keys and createdAt do not make another body",
  ],
  "append: createdAt is by the clock of the caller": [
    "append: createdAt is the time of the store unless it was given",
  ],
  "append: the newest createdAt goes last": [
    "append: createdAt is the time of the store unless it was given",
    "append: order is the order of writing, whatever createdAt says",
  ],
  "append: name is not kept": [
    "append: messages are kept whole, in order, with a dense seq",
  ],
  "append: metadata is not kept": [
    "append: messages are kept whole, in order, with a dense seq",
    "hostile names: in everything that is opaque",
  ],
  "append: usage is not kept": [
    "append: messages are kept whole, in order, with a dense seq",
  ],
  "append: interrupted is not kept": [
    "append: messages are kept whole, in order, with a dense seq",
  ],
  "append: turnId is not kept": [
    "append: messages are kept whole, in order, with a dense seq",
  ],
  "append: text longer than 64 KiB is cut": [
    "append: a large message is kept",
  ],
  "append: a batch of none is refused": [
    "append: an empty batch writes nothing",
  ],
  "append: a batch of any length is taken": [
    "append: the longest batch is written whole, a longer one not at all",
  ],
  "append: a chat that rejects takes one more": [
    "append: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written",
  ],
  "append: a repeat counts against a full chat": [
    "append: a repeat is answered although the chat is full",
  ],
  "append: a repeat is refused where nothing may be written": [
    "append: a repeat is answered in every state, and after its turn was lost",
  ],
  "append: works in a paused session": [
    "appendMessages: a session that is not active refuses, and nothing is written",
    "append: a repeat is answered in every state, and after its turn was lost",
    "append: a resumed session takes messages again",
  ],
  "append: ids are unique in a session, not in a chat": [
    "append: the same id in two chats is two messages",
  ],
  "append: ids are compared without case": [
    "hostile names: id of a message",
  ],
  "append: says STORE_UNAVAILABLE for a missing chat": [
    "deleteChat: a turn that ran in it is lost",
    "append: a missing chat is CHAT_NOT_FOUND, a missing session SESSION_NOT_FOUND",
  ],
  "append: lastMessageAt stays null": [
    "createChat: opening a taken key answers the chat that has it",
    "chats: lastMessageAt is when the newest message was stored",
    "repeat: createChat",
    "beginTurn: grants a fence with the records as they are",
  ],
  "append: gaps are left between the seqs": [
    "append: 400 at once are all there once, in dense order, where each was told",
    "read: up to 1,000 at once",
  ],
  "read: before is included": [
    "read: before the middle",
    "read: before, near the oldest",
    "read: before the second",
    "read: before the oldest",
    "read: before the newest",
    "read: page by page in both directions, every message once",
    "trim: what was trimmed cannot be read by any range",
  ],
  "read: after is included": [
    "read: after the middle",
    "read: after the oldest",
    "read: after, near the newest",
    "read: after the one before the newest",
    "read: after the newest",
    "read: page by page in both directions, every message once",
  ],
  "read: before gives the oldest instead of the nearest": [
    "read: before the middle",
    "read: before the newest",
    "read: before the next",
    "read: before what will come",
    "read: page by page in both directions, every message once",
  ],
  "read: after gives the newest instead of the nearest": [
    "read: after the middle",
    "read: after 0",
    "read: after what was trimmed",
    "read: after the last that was trimmed",
    "read: after the oldest",
    "read: page by page in both directions, every message once",
    "trim: 300 random histories are cut where the rule says",
  ],
  "read: offset counts from the first message there ever was": [
    "read: offset in the middle",
    "read: offset near the newest",
    "read: offset of the newest",
    "read: offset past the newest",
  ],
  "read: newest first": [
    "expiry: a session that expired takes no other with it",
    "updateChat: a smaller maxMessages takes effect with the next append",
    "append: messages are kept whole, in order, with a dense seq",
    "append: createdAt is the time of the store unless it was given",
    "append: order is the order of writing, whatever createdAt says",
    "append: a repeated id writes once and answers the first seq",
    "append: a batch with known and new ids writes the new ones",
    "append: an id twice in one batch is written once",
    "append: the longest batch is written whole, a longer one not at all",
    "append: 400 at once are all there once, in dense order, where each was told",
    "append: batches sent at once do not mix",
    "append: 50 at once to a chat that rejects give exactly its limit",
    "read: the newest",
    "read: the newest, all",
    "read: the newest, more than there are",
    "read: before the middle",
    "read: before, near the oldest",
    "read: before the newest",
    "read: before the next",
    "read: before what will come",
    "read: after the middle",
    "read: after 0",
    "read: after what was trimmed",
    "read: after the last that was trimmed",
    "read: after the oldest",
    "read: after, near the newest",
    "read: offset 0",
    "read: offset in the middle",
    "read: offset near the newest",
    "read: page by page in both directions, every message once",
    "read: up to 1,000 at once",
    "trim: plain messages: the newest stay",
    "trim: a pair at the edge goes whole",
    "trim: a pair inside stays",
    "trim: a pair that begins the newest ones stays",
    "trim: results that come later keep their call",
    "trim: parallel calls: all results stay with the call",
    "trim: calls that are answered in one message",
    "trim: a call that its message answers itself is a place to begin",
    "trim: a call not answered yet is a place to begin",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange longer than the limit stays whole",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: an exchange of 2 × the limit is cut where no result stands",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: a call never answered: then cut like plain messages",
    "trim: after the last result a history may begin again",
    "trim: a batch longer than the limit keeps its newest",
    "trim: without a limit everything stays",
    "trim: what was trimmed cannot be read by any range",
    "trim: a rewrite trims like an append",
    "trim: a rewrite of open calls opens and closes places to begin",
    "rewrite: replaces what comes after keepThrough, with seqs given out anew",
    "rewrite: with no messages it only removes",
    "rewrite: nothing is removed where keepThrough is the newest",
    "rewrite: in a trimmed chat seqs go on where the oldest was",
    "rewrite: the id of a removed message is free again",
    "rewrite: an id that is kept, with the same body, is answered",
    "rewrite: another newest seq than expected is VERSION_CONFLICT, and nothing is written",
    "rewrite: of 8 that expect one newest seq, one wins",
    "rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written",
    "rewrite: the running turn may",
    "rewrite: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written",
    "rewrite: a chat over its limit may be cut, also where it rejects",
    "repeat: appendMessages",
    "repeat: rewriteMessages",
    "appendMessages: without a fence is not hindered by a turn",
    "appendMessages: a turn that began may go on to write in every state",
    "tenancy: a chat id of another session does not open its chat",
    "abort: a signal that was not aborted changes nothing, also when it is afterwards",
    "abort: while a call is under way, it is told or answered, and lands whole or not at all",
    "hostile names: id of a message",
  ],
  "read: the newest are those of the last time": [
    "read: the same from another process",
  ],
  "read: at most 500 at once": [
    "read: up to 1,000 at once",
    "trim: without a limit everything stays",
  ],
  "read: any limit is taken": [
    "read: a limit that is no whole number from 1 to 1,000 is INVALID_ARGUMENT",
  ],
  "read: two ranges at once are taken": [
    "read: two of before, after and offset are INVALID_ARGUMENT",
  ],
  "read: one message too few": [
    "updateChat: a smaller maxMessages takes effect with the next append",
    "append: the longest batch is written whole, a longer one not at all",
    "append: 400 at once are all there once, in dense order, where each was told",
    "append: batches sent at once do not mix",
    "append: 50 at once to a chat that rejects give exactly its limit",
    "read: the newest, all",
    "read: the newest, more than there are",
    "read: up to 1,000 at once",
    "trim: without a limit everything stays",
    "hostile names: id of a message",
  ],
  "read: an empty chat has no firstSeq": [
    "read: an empty chat",
  ],
  "read: a missing chat is empty": [
    "deleteChat: removes the chat with its messages",
    "read: a missing chat is CHAT_NOT_FOUND",
  ],
  "trim: nothing is trimmed": [
    "updateChat: changes what is given and leaves the rest",
    "read: the newest",
    "read: the newest, one",
    "read: the newest, all",
    "read: the newest, more than there are",
    "read: before the middle",
    "read: before, near the oldest",
    "read: before the second",
    "read: before the oldest",
    "read: before what was trimmed",
    "read: before the newest",
    "read: before the next",
    "read: before what will come",
    "read: before 0",
    "read: after the middle",
    "read: after 0",
    "read: after what was trimmed",
    "read: after the last that was trimmed",
    "read: after the oldest",
    "read: after, near the newest",
    "read: after the one before the newest",
    "read: after the newest",
    "read: after what will come",
    "read: offset 0",
    "read: offset in the middle",
    "read: offset near the newest",
    "read: offset of the newest",
    "read: offset past the newest",
    "read: offset far past",
    "read: page by page in both directions, every message once",
    "trim: plain messages: the newest stay",
    "trim: a pair at the edge goes whole",
    "trim: a pair inside stays",
    "trim: a pair that begins the newest ones stays",
    "trim: results that come later keep their call",
    "trim: a result that comes later does not begin a history",
    "trim: parallel calls: all results stay with the call",
    "trim: parallel calls: half-answered is no place to begin",
    "trim: calls that are answered in one message",
    "trim: a result with a new call is no place to begin",
    "trim: a call that its message answers itself is a place to begin",
    "trim: a call not answered yet is a place to begin",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange longer than the limit stays whole",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: an exchange of 2 × the limit is cut where no result stands",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: a call never answered: then cut like plain messages",
    "trim: after the last result a history may begin again",
    "trim: a batch longer than the limit keeps its newest",
    "trim: a chat of one message keeps the newest",
    "trim: what was trimmed cannot be read by any range",
    "trim: a rewrite trims like an append",
    "trim: a rewrite of open calls opens and closes places to begin",
    "trim: 300 random histories are cut where the rule says",
    "rewrite: in a trimmed chat seqs go on where the oldest was",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: pairs are torn": [
    "updateChat: changes what is given and leaves the rest",
    "trim: a pair at the edge goes whole",
    "trim: results that come later keep their call",
    "trim: a result that comes later does not begin a history",
    "trim: parallel calls: half-answered is no place to begin",
    "trim: a result with a new call is no place to begin",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange longer than the limit stays whole",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: one message more is kept": [
    "updateChat: changes what is given and leaves the rest",
    "read: the newest",
    "read: the newest, one",
    "read: the newest, all",
    "read: the newest, more than there are",
    "read: before the middle",
    "read: before, near the oldest",
    "read: before the second",
    "read: before the oldest",
    "read: before what was trimmed",
    "read: before the newest",
    "read: before the next",
    "read: before what will come",
    "read: before 0",
    "read: after the middle",
    "read: after 0",
    "read: after what was trimmed",
    "read: after the last that was trimmed",
    "read: after the oldest",
    "read: after, near the newest",
    "read: after the one before the newest",
    "read: after the newest",
    "read: after what will come",
    "read: offset 0",
    "read: offset in the middle",
    "read: offset near the newest",
    "read: offset of the newest",
    "read: offset past the newest",
    "read: offset far past",
    "read: page by page in both directions, every message once",
    "trim: plain messages: the newest stay",
    "trim: a pair at the edge goes whole",
    "trim: a pair inside stays",
    "trim: a pair that begins the newest ones stays",
    "trim: results that come later keep their call",
    "trim: a result that comes later does not begin a history",
    "trim: parallel calls: all results stay with the call",
    "trim: parallel calls: half-answered is no place to begin",
    "trim: calls that are answered in one message",
    "trim: a result with a new call is no place to begin",
    "trim: a call that its message answers itself is a place to begin",
    "trim: a call not answered yet is a place to begin",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange longer than the limit stays whole",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: an exchange of 2 × the limit is cut where no result stands",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: a call never answered: then cut like plain messages",
    "trim: after the last result a history may begin again",
    "trim: a batch longer than the limit keeps its newest",
    "trim: a chat of one message keeps the newest",
    "trim: what was trimmed cannot be read by any range",
    "trim: a rewrite trims like an append",
    "trim: a rewrite of open calls opens and closes places to begin",
    "trim: 300 random histories are cut where the rule says",
    "rewrite: in a trimmed chat seqs go on where the oldest was",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: only leading results are dropped": [
    "updateChat: changes what is given and leaves the rest",
    "trim: results that come later keep their call",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange longer than the limit stays whole",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: a message is taken for a beginning while a call is open": [
    "updateChat: changes what is given and leaves the rest",
    "trim: results that come later keep their call",
    "trim: a call that its message answers itself is a place to begin",
    "trim: a message while a call is open is no place to begin",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: what was trimmed cannot be read by any range",
    "trim: a rewrite trims like an append",
    "trim: 300 random histories are cut where the rule says",
    "rewrite: in a trimmed chat seqs go on where the oldest was",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: one result answers all parallel calls": [
    "updateChat: changes what is given and leaves the rest",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: only the message right after a call is looked at": [
    "updateChat: changes what is given and leaves the rest",
    "trim: a pair at the edge goes whole",
    "trim: results that come later keep their call",
    "trim: a result that comes later does not begin a history",
    "trim: parallel calls: half-answered is no place to begin",
    "trim: a result with a new call is no place to begin",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: a call that its message answers itself stays open": [
    "updateChat: changes what is given and leaves the rest",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: an exchange longer than the limit is cut": [
    "updateChat: changes what is given and leaves the rest",
    "trim: results that come later keep their call",
    "trim: a message while a call is open is no place to begin",
    "trim: an exchange longer than the limit stays whole",
    "trim: an exchange of 2 × the limit less one stays whole",
    "trim: a call never answered: kept until 2 × the limit",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: an exchange is kept whole, however long": [
    "updateChat: changes what is given and leaves the rest",
    "trim: an exchange of 2 × the limit is cut where no result stands",
    "trim: a call never answered: then cut like plain messages",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: an exchange of exactly 2 × the limit is kept": [
    "updateChat: changes what is given and leaves the rest",
    "trim: an exchange of 2 × the limit is cut where no result stands",
    "trim: a call never answered: then cut like plain messages",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "trim: after 2 × the limit it is cut at a result": [
    "updateChat: changes what is given and leaves the rest",
    "trim: 300 random histories are cut where the rule says",
    "stats: what is deleted or trimmed leaves them",
  ],
  "rewrite: one message more is removed": [
    "trim: a rewrite trims like an append",
    "trim: a rewrite of open calls opens and closes places to begin",
    "rewrite: replaces what comes after keepThrough, with seqs given out anew",
    "rewrite: with no messages it only removes",
    "rewrite: nothing is removed where keepThrough is the newest",
    "rewrite: in a trimmed chat seqs go on where the oldest was",
    "rewrite: the id of a removed message is free again",
    "rewrite: an id that is kept, with the same body, is answered",
    "rewrite: an id that is kept, with another body, is MESSAGE_CONFLICT, and nothing is written",
    "rewrite: another newest seq than expected is VERSION_CONFLICT, and nothing is written",
    "rewrite: of 8 that expect one newest seq, one wins",
    "rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written",
    "rewrite: the running turn may",
    "rewrite: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written",
    "rewrite: a chat over its limit may be cut, also where it rejects",
    "rewrite: a message count that shrank is seen in stats",
    "repeat: rewriteMessages",
    "appendMessages: a turn that began may go on to write in every state",
  ],
  "rewrite: nothing is removed": [
    "trim: a rewrite trims like an append",
    "trim: a rewrite of open calls opens and closes places to begin",
    "rewrite: replaces what comes after keepThrough, with seqs given out anew",
    "rewrite: with no messages it only removes",
    "rewrite: everything",
    "rewrite: in a trimmed chat seqs go on where the oldest was",
    "rewrite: the id of a removed message is free again",
    "rewrite: an id that is kept, with the same body, is answered",
    "rewrite: another newest seq than expected is VERSION_CONFLICT, and nothing is written",
    "rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written",
    "rewrite: the running turn may",
    "rewrite: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written",
    "rewrite: a chat over its limit may be cut, also where it rejects",
    "rewrite: a message count that shrank is seen in stats",
    "repeat: rewriteMessages",
    "repeat: a chat remembers its last 16 operations",
  ],
  "rewrite: expectedLastSeq is not looked at": [
    "rewrite: another newest seq than expected is VERSION_CONFLICT, and nothing is written",
    "rewrite: of 8 that expect one newest seq, one wins",
  ],
  "rewrite: a newer last seq than expected is fine": [
    "rewrite: another newest seq than expected is VERSION_CONFLICT, and nothing is written",
  ],
  "rewrite: the ids of removed messages stay taken": [
    "rewrite: the id of a removed message is free again",
    "repeat: rewriteMessages",
    "repeat: a chat remembers its last 16 operations",
    "copies: changing the answer of rewriteMessages does not change what a repeat answers",
  ],
  "rewrite: an id that is kept is written again": [
    "rewrite: an id that is kept, with the same body, is answered",
    "rewrite: an id that is kept, with another body, is MESSAGE_CONFLICT, and nothing is written",
  ],
  "rewrite: removes first, then finds the conflict": [
    "rewrite: an id that is kept, with another body, is MESSAGE_CONFLICT, and nothing is written",
  ],
  "rewrite: removes first, then finds no room": [
    "rewrite: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written",
  ],
  "rewrite: does not care for a running turn": [
    "rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written",
  ],
  "rewrite: not even the running turn may": [
    "rewrite: the running turn may",
    "rewriteMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a fence that was never given out is TURN_LOST",
    "endTurn: a write that comes after it is TURN_LOST",
    "appendMessages: a turn that began may go on to write in every state",
  ],
  "rewrite: a repeat is told that nothing was written": [
    "repeat: rewriteMessages",
    "repeat: a chat remembers its last 16 operations",
    "copies: changing the answer of rewriteMessages does not change what a repeat answers",
  ],
  "rewrite: a batch of any length is taken": [
    "rewrite: more messages than one write takes are INVALID_ARGUMENT",
  ],
  "rewrite: a missing chat has nothing to rewrite": [
    "rewrite: a missing chat is CHAT_NOT_FOUND",
  ],
  "rewrite: a chat over its limit cannot be cut": [
    "rewrite: a chat over its limit may be cut, also where it rejects",
  ],
  "turns: append does not look at the fence": [
    "appendMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "appendMessages: a fence that was never given out is TURN_LOST",
    "beginTurn: of 8 that take over at once, the one with the largest fence holds the chat",
    "endTurn: a write that comes after it is TURN_LOST",
    "appendMessages: a turn that began may go on to write in every state",
  ],
  "turns: append takes any fence that is not newer": [
    "appendMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "beginTurn: of 8 that take over at once, the one with the largest fence holds the chat",
  ],
  "turns: appendMessages is lost with its lease": [
    "appendMessages: a turn whose lease lapsed goes on while nobody took the chat",
  ],
  "turns: rewriteMessages is lost with its lease": [
    "rewriteMessages: a turn whose lease lapsed goes on while nobody took the chat",
  ],
  "turns: renewTurn is lost with its lease": [
    "renewTurn: a turn whose lease lapsed goes on while nobody took the chat",
    "renewTurn: a lapsed turn holds the chat again",
  ],
  "turns: endTurn is lost with its lease": [
    "endTurn: a turn whose lease lapsed goes on while nobody took the chat",
  ],
  "turns: rewrite does not look at the fence": [
    "rewriteMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a fence that was never given out is TURN_LOST",
    "endTurn: a write that comes after it is TURN_LOST",
  ],
  "turns: renew does not look at the fence": [
    "renewTurn: a turn that was taken over is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a fence that was never given out is TURN_LOST",
    "endTurn: a write that comes after it is TURN_LOST",
  ],
  "turns: end does not look at the fence": [
    "endTurn: a turn that was taken over is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a fence that was never given out is TURN_LOST",
  ],
  "turns: a busy chat is taken over without being asked to": [
    "beginTurn: while another runs is TURN_IN_PROGRESS, and nothing is written",
    "beginTurn: of 8 at once, one begins",
    "beginTurn: a lease holds until exactly its end",
    "renewTurn: holds the chat for another lease",
    "renewTurn: a lapsed turn holds the chat again",
  ],
  "turns: a busy chat is never taken over": [
    "appendMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "renewTurn: a turn that was taken over is TURN_LOST, and nothing is written",
    "endTurn: a turn that was taken over is TURN_LOST, and nothing is written",
    "beginTurn: each fence is larger than those before",
    "beginTurn: of 8 that take over at once, the one with the largest fence holds the chat",
    "interruptTurn: is nothing to the next turn",
  ],
  "turns: whether a chat is busy is looked up before it is taken": [
    "beginTurn: of 8 at once, one begins",
  ],
  "turns: a lease never ends": [
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "beginTurn: each fence is larger than those before",
    "beginTurn: while another runs is TURN_IN_PROGRESS, and nothing is written",
    "beginTurn: a lease holds until exactly its end",
  ],
  "turns: a lease ends 1 ms early": [
    "beginTurn: a lease holds until exactly its end",
  ],
  "turns: a lease ends 1 ms late": [
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "beginTurn: each fence is larger than those before",
    "beginTurn: while another runs is TURN_IN_PROGRESS, and nothing is written",
    "beginTurn: a lease holds until exactly its end",
  ],
  "turns: renewing does not hold the chat longer": [
    "renewTurn: holds the chat for another lease",
  ],
  "turns: an ended turn keeps the chat for its lease": [
    "chats: turns and response times go into the figures",
    "rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written",
    "repeat: endTurn counts its response time once",
    "beginTurn: each fence is larger than those before",
    "endTurn: frees the chat at once",
    "interruptTurn: is nothing to the next turn",
    "interruptTurn: resolves to false where none runs",
  ],
  "turns: an ended turn may go on to write": [
    "rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written",
    "repeat: endTurn counts its response time once",
    "beginTurn: each fence is larger than those before",
    "endTurn: frees the chat at once",
    "endTurn: a write that comes after it is TURN_LOST",
    "interruptTurn: is nothing to the next turn",
    "interruptTurn: resolves to false where none runs",
  ],
  "turns: ending again is TURN_LOST": [
    "repeat: endTurn counts its response time once",
  ],
  "turns: ending again counts again": [
    "repeat: endTurn counts its response time once",
  ],
  "turns: a turn without a response time is counted": [
    "chats: turns and response times go into the figures",
    "endTurn: without a response time leaves the figures alone",
  ],
  "turns: only 49 response times are kept": [
    "chats: turns and response times go into the figures",
  ],
  "turns: beginning again begins another turn": [
    "repeat: beginTurn answers the same grant",
  ],
  "turns: every fence is 1": [
    "chats: turns and response times go into the figures",
    "repeat: beginTurn answers the same grant",
    "appendMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "appendMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn that was taken over is TURN_LOST, and nothing is written",
    "rewriteMessages: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "renewTurn: a turn that was taken over is TURN_LOST, and nothing is written",
    "renewTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "endTurn: a turn that was taken over is TURN_LOST, and nothing is written",
    "endTurn: a turn whose lease lapsed and went to another is TURN_LOST, and nothing is written",
    "beginTurn: each fence is larger than those before",
    "beginTurn: of 8 that take over at once, the one with the largest fence holds the chat",
    "endTurn: frees the chat at once",
    "interruptTurn: is nothing to the next turn",
  ],
  "turns: the grant has the chat as it was before": [
    "beginTurn: grants a fence with the records as they are",
  ],
  "turns: retryAfterMs is missing": [
    "beginTurn: while another runs is TURN_IN_PROGRESS, and nothing is written",
  ],
  "turns: renewing twice in a moment is TURN_LOST": [
    "repeat: renewTurn",
    "interruptTurn: is nothing to the next turn",
  ],
  "turns: interrupting works in active sessions only": [
    "interruptTurn: works in every state",
  ],
  "turns: interrupting has no effect": [
    "interruptTurn: an expired session is SESSION_EXPIRED",
    "repeat: interruptTurn",
    "interruptTurn: the holder learns of it with its next renewal",
    "interruptTurn: resolves to false where none runs",
    "turns: a missing chat is CHAT_NOT_FOUND, a missing session SESSION_NOT_FOUND",
    "abort: interruptTurn rejects with the reason, and nothing is written",
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
    "close: every later call is CLOSED",
  ],
  "turns: nobody learns of an interruption": [
    "repeat: interruptTurn",
    "interruptTurn: the holder learns of it with its next renewal",
    "renewTurn: an archived or closed session asks its turns to stop, a paused one does not",
  ],
  "turns: an interruption stays for the next turn": [
    "interruptTurn: is nothing to the next turn",
  ],
  "turns: interrupting takes the turn away": [
    "repeat: interruptTurn",
    "interruptTurn: the holder learns of it with its next renewal",
    "interruptTurn: is nothing to the next turn",
  ],
  "turns: interrupting says that a turn runs where none does": [
    "interruptTurn: resolves to false where none runs",
  ],
  "turns: a paused session asks its turns to stop": [
    "renewTurn: an archived or closed session asks its turns to stop, a paused one does not",
  ],
  "turns: a closed session does not ask its turns to stop": [
    "renewTurn: an archived or closed session asks its turns to stop, a paused one does not",
  ],
  "turns: a turn cannot go on in a session that was paused": [
    "appendMessages: a turn that began may go on to write in every state",
  ],
  "turns: nobody else may append while one runs": [
    "appendMessages: without a fence is not hindered by a turn",
  ],
  "turns: one runs in a session, not in a chat": [
    "beginTurn: an expired session is SESSION_EXPIRED",
    "beginTurn: a session that is not active refuses, and nothing is written",
    "beginTurn: turns of two chats do not see each other",
    "tenancy: beginTurn of another owner's session is as of a missing one",
    "tenancy: an expired session of another owner is as a missing one",
    "tenancy: the owner still reaches everything",
    "copies: changing the answer of beginTurn changes nothing",
    "copies: one answer does not change when the next is asked for",
    "abort: beginTurn rejects with the reason, and nothing is written",
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
    "close: every later call is CLOSED",
  ],
  "turns: one begins in a session that is being made": [
    "pending: no turn begins in it",
  ],
  "turns: a turn outlives its chat": [
    "deleteChat: a turn that ran in it is lost",
  ],
  "context: the number of keys is not looked at": [
    "setContext: too many keys are CONTEXT_LIMIT_REACHED, and none is written",
    "setContext: 40 at once do not go over the limit",
  ],
  "context: one key more than the limit": [
    "setContext: too many keys are CONTEXT_LIMIT_REACHED, and none is written",
    "setContext: 40 at once do not go over the limit",
  ],
  "context: the number of bytes is not looked at": [
    "setContext: too many bytes are CONTEXT_LIMIT_REACHED, and none is written",
    "setContext: bytes are those of UTF-8, of keys and values",
  ],
  "context: bytes are those of one call": [
    "setContext: too many bytes are CONTEXT_LIMIT_REACHED, and none is written",
  ],
  "context: bytes are UTF-16 units": [
    "setContext: bytes are those of UTF-8, of keys and values",
  ],
  "context: the bytes of keys do not count": [
    "setContext: too many bytes are CONTEXT_LIMIT_REACHED, and none is written",
    "setContext: bytes are those of UTF-8, of keys and values",
  ],
  "context: a replaced value keeps its bytes": [
    "setContext: a replaced or deleted value gives its bytes back",
  ],
  "context: a deleted value keeps its bytes": [
    "setContext: a replaced or deleted value gives its bytes back",
  ],
  "context: a deleted key keeps its place": [
    "setContext: a deleted key frees its place",
  ],
  "context: a key that is there takes a place": [
    "setContext: too many keys are CONTEXT_LIMIT_REACHED, and none is written",
    "setContext: a key that is there takes no place",
  ],
  "context: entries are set one by one": [
    "setContext: too many keys are CONTEXT_LIMIT_REACHED, and none is written",
    "setContext: too many bytes are CONTEXT_LIMIT_REACHED, and none is written",
  ],
  "context: keys are counted before they are set": [
    "setContext: 40 at once do not go over the limit",
  ],
  "context: is listed in the order of a language": [
    "listContext: is in the order of the UTF-16 units of the keys",
    "hostile names: key of a context value",
  ],
  "context: is listed in the order of UTF-8": [
    "listContext: is in the order of the UTF-16 units of the keys",
    "hostile names: key of a context value",
  ],
  "context: a value that is not there is null": [
    "repeat: setContext",
    "repeat: another operation with the same content has its own effect",
    "getContext: a key that is not there is undefined",
    "hostile names: a key nobody set is not there",
  ],
  "context: null is not kept": [
    "context: every JSON value comes back as it was",
    "getContext: a key that is not there is undefined",
  ],
  "context: objects are merged": [
    "setContext: replaces a value and leaves the others",
  ],
  "context: setting replaces everything": [
    "setContext: replaces a value and leaves the others",
  ],
  "context: keys of every object are there": [
    "hostile names: a key nobody set is not there",
  ],
  "context: __proto__ is lost": [
    "hostile names: key of a context value",
  ],
  "context: deleting says that there was one": [
    "deleteContext: resolves to false where there is none",
    "hostile names: a key nobody set is not there",
  ],
  "context: deleting one value deletes all": [
    "repeat: deleteContext",
    "deleteContext: removes a value and leaves the others",
    "hostile names: key of a context value",
  ],
  "context: a session without any is missing": [
    "createSession: an id that another owner has is SESSION_EXISTS",
    "updateSession: a stale version is VERSION_CONFLICT and writes nothing",
    "deleteSession: removes all the session had",
    "createSession: a taken key is SESSION_EXISTS, and nothing is written",
    "limits: a full user is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: a full organisation is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: a full store is SESSION_LIMIT_REACHED, and nothing is written",
    "limits: restoring needs room, and writes nothing without",
    "removeExpired: removes all the session had, and frees its key",
    "removeExpired: other sessions of the owner stay",
    "repeat: deleteSession",
    "listContext: is empty in a new session",
    "hostile names: key of a context value",
  ],
  "context: is a change of the record": [
    "repeat: a session remembers its last 16 operations",
    "context: is no change of the record",
    "setContext: 40 at once do not go over the limit",
    "copies: changing the answer of updateSession changes nothing",
  ],
  "context: a missing session has none": [
    "context: a missing session is SESSION_NOT_FOUND",
  ],
  "lists: oldest first": [
    "listSessions: answers the records of a user, newest first",
    "listSessions: pages of every size have every session once, in order",
    "listSessions: an organisation, with all its users",
    "listSessions: the whole store",
    "listSessions: by activity, all of one minute by id, newest first",
    "listSessions: goes on where the session of the cursor was deleted",
  ],
  "lists: pages are counted": [
    "listSessions: a session that is there throughout is listed once while others come and go",
    "listSessions: goes on where the session of the cursor was deleted",
    "listSessions: a damaged cursor is CURSOR_INVALID",
    "listSessions: a damaged cursor of the order by activity is CURSOR_INVALID",
    "listSessions: a cursor is good for its own query only",
    "listSessions: names that run together make different cursors",
  ],
  "lists: a page that ends exactly is the last": [
    "listSessions: pages of every size have every session once, in order",
    "listSessions: goes on where the session of the cursor was deleted",
  ],
  "lists: one session is left out between two pages": [
    "listSessions: pages of every size have every session once, in order",
    "listSessions: the whole store",
    "listSessions: by activity, all of one minute by id, newest first",
    "listSessions: a session that is there throughout is listed once while others come and go",
    "listSessions: goes on where the session of the cursor was deleted",
  ],
  "lists: a page has one more than asked for": [
    "listSessions: a page holds at most limit, and 20 by default",
    "listSessions: goes on where the session of the cursor was deleted",
  ],
  "lists: 200 is the default": [
    "listSessions: a page holds at most limit, and 20 by default",
  ],
  "lists: any limit is taken": [
    "listSessions: a limit that is no whole number from 1 to 200 is INVALID_ARGUMENT",
  ],
  "lists: chats, any limit is taken": [
    "listChats: a limit that is no whole number from 1 to 200 is INVALID_ARGUMENT",
  ],
  "lists: a userId without an orgId is every one of that name": [
    "listSessions: a userId without its orgId is INVALID_ARGUMENT",
  ],
  "lists: by activity, an organisation is taken too": [
    "listSessions: the order by activity without a user is INVALID_ARGUMENT",
  ],
  "lists: by activity, to the millisecond": [
    "listSessions: by activity, all of one minute by id, newest first",
  ],
  "lists: the status is not looked at": [
    "listSessions: by status",
    "listSessions: by tag and status together",
    "listSessions: a cursor is good for its own query only",
  ],
  "lists: the tag is not looked at": [
    "listSessions: by tag, the whole tag",
    "listSessions: a cursor is good for its own query only",
    "hostile names: tags",
  ],
  "lists: a part of a tag is enough": [
    "listSessions: by tag, the whole tag",
    "listSessions: a cursor is good for its own query only",
  ],
  "lists: a tag is compared without case": [
    "listSessions: by tag, the whole tag",
    "hostile names: tags",
  ],
  "lists: of an organisation, only the first user": [
    "limits: 1,000 creations of many users at once do not go over the organisation",
    "listSessions: an organisation, with all its users",
    "hostile names: userId",
  ],
  "lists: the records are those of the first listing": [
    "pending: a session that is being made is found by its id only",
    "expiry: lists and counts leave a session out from exactly expiresAt",
    "listSessions: by tag, the whole tag",
  ],
  "lists: a count takes pending sessions in": [
    "pending: a session that is being made is found by its id only",
    "countSessions: counts what a list has",
  ],
  "lists: where there is nothing, listing throws": [
    "pending: a session that is being made is found by its id only",
    "expiry: lists and counts leave a session out from exactly expiresAt",
    "listSessions: answers an empty page where there is nothing",
    "listSessions: a cursor is good for its own query only",
  ],
  "lists: pages of chats are counted": [
    "listChats: a chat that is there throughout is listed once while others come and go",
    "listChats: a damaged cursor is CURSOR_INVALID",
    "listChats: a cursor is good for its own session only",
  ],
  "lists: * stands for every organisation": [
    "hostile names: orgId",
  ],
  "lists: a count does not look at the status": [
    "countSessions: counts what a list has",
    "countSessions: the whole store",
  ],
  "lists: a count of the store is that of the largest organisation": [
    "countSessions: the whole store",
  ],
  "cursors: a damaged one of listSessions begins anew": [
    "listSessions: a damaged cursor is CURSOR_INVALID",
    "listSessions: a damaged cursor of the order by activity is CURSOR_INVALID",
  ],
  "cursors: one of another query of listSessions begins anew": [
    "listSessions: a damaged cursor is CURSOR_INVALID",
    "listSessions: a damaged cursor of the order by activity is CURSOR_INVALID",
    "listSessions: a cursor is good for its own query only",
    "listSessions: names that run together make different cursors",
    "cursors: one method refuses those of another",
  ],
  "cursors: any one is good for listChats": [
    "listChats: a damaged cursor is CURSOR_INVALID",
    "listChats: a cursor is good for its own session only",
    "cursors: one method refuses those of another",
  ],
  "cursors: any one is good for expireIdle": [
    "expireIdle: a damaged cursor is CURSOR_INVALID",
    "cursors: one method refuses those of another",
  ],
  "cursors: can be used once": [
    "listSessions: pages of every size have every session once, in order",
    "listSessions: a cursor can be used again",
    "listSessions: a cursor is good for its own query only",
  ],
  "cursors: names that run together are one": [
    "listSessions: a cursor is good for its own query only",
    "listSessions: names that run together make different cursors",
  ],
  "stats: messages that were trimmed stay in them": [
    "stats: what is deleted or trimmed leaves them",
  ],
  "stats: chats are those of the whole store": [
    "tenancy: lists, counts and stats of one owner have nothing of another",
    "stats: of an organisation and of the store are sums",
  ],
  "stats: messages are those of the whole store": [
    "tenancy: lists, counts and stats of one owner have nothing of another",
    "stats: of an organisation and of the store are sums",
  ],
  "stats: users are those of the whole store": [
    "tenancy: lists, counts and stats of one owner have nothing of another",
    "stats: count what one user has",
    "stats: of an organisation and of the store are sums",
  ],
  "stats: of nothing are 0": [
    "stats: of an owner who has nothing",
    "stats: what is deleted or trimmed leaves them",
    "stats: what a pending session has comes into them when it leaves that state",
  ],
  "stats: the newest is the oldest": [
    "stats: count what one user has",
  ],
  "stats: pending sessions are in them": [
    "pending: a session that is being made is found by its id only",
    "stats: what a pending session has comes into them when it leaves that state",
  ],
  "stats: an expired session keeps its messages in them": [
    "stats: an expired session leaves them at once, with all it has",
  ],
  "abort: getSession does not look at the signal": [
    "abort: getSession rejects with the reason, and nothing is written",
  ],
  "abort: updateSession does not look at the signal": [
    "abort: updateSession rejects with the reason, and nothing is written",
  ],
  "abort: touchSession does not look at the signal": [
    "abort: touchSession rejects with the reason, and nothing is written",
  ],
  "abort: deleteSession does not look at the signal": [
    "abort: deleteSession rejects with the reason, and nothing is written",
  ],
  "abort: createChat does not look at the signal": [
    "abort: createChat rejects with the reason, and nothing is written",
  ],
  "abort: getChat does not look at the signal": [
    "abort: getChat rejects with the reason, and nothing is written",
  ],
  "abort: updateChat does not look at the signal": [
    "abort: updateChat rejects with the reason, and nothing is written",
  ],
  "abort: activateChat does not look at the signal": [
    "abort: activateChat rejects with the reason, and nothing is written",
  ],
  "abort: deleteChat does not look at the signal": [
    "abort: deleteChat rejects with the reason, and nothing is written",
  ],
  "abort: listChats does not look at the signal": [
    "abort: listChats rejects with the reason, and nothing is written",
  ],
  "abort: appendMessages does not look at the signal": [
    "abort: appendMessages rejects with the reason, and nothing is written",
  ],
  "abort: readMessages does not look at the signal": [
    "abort: readMessages rejects with the reason, and nothing is written",
  ],
  "abort: rewriteMessages does not look at the signal": [
    "abort: rewriteMessages rejects with the reason, and nothing is written",
  ],
  "abort: getContext does not look at the signal": [
    "abort: getContext rejects with the reason, and nothing is written",
  ],
  "abort: listContext does not look at the signal": [
    "abort: listContext rejects with the reason, and nothing is written",
  ],
  "abort: setContext does not look at the signal": [
    "abort: setContext rejects with the reason, and nothing is written",
  ],
  "abort: deleteContext does not look at the signal": [
    "abort: deleteContext rejects with the reason, and nothing is written",
  ],
  "abort: beginTurn does not look at the signal": [
    "abort: beginTurn rejects with the reason, and nothing is written",
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
  ],
  "abort: renewTurn does not look at the signal": [
    "abort: renewTurn rejects with the reason, and nothing is written",
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
  ],
  "abort: endTurn does not look at the signal": [
    "abort: endTurn rejects with the reason, and nothing is written",
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
  ],
  "abort: interruptTurn does not look at the signal": [
    "abort: interruptTurn rejects with the reason, and nothing is written",
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
  ],
  "abort: createSession does not look at the signal": [
    "abort: createSession rejects with the reason, and nothing is written",
    "close: what is under way is finished",
  ],
  "abort: findSession does not look at the signal": [
    "abort: findSession rejects with the reason",
  ],
  "abort: listSessions does not look at the signal": [
    "abort: listSessions rejects with the reason",
  ],
  "abort: countSessions does not look at the signal": [
    "abort: countSessions rejects with the reason",
  ],
  "abort: claimExpired does not look at the signal": [
    "abort: claimExpired rejects with the reason, and nothing is claimed",
  ],
  "abort: removeExpired does not look at the signal": [
    "abort: removeExpired rejects with the reason, and nothing is removed",
  ],
  "abort: expireIdle does not look at the signal": [
    "abort: expireIdle rejects with the reason, and nothing expires",
  ],
  "abort: stats does not look at the signal": [
    "abort: stats rejects with the reason",
  ],
  "abort: health does not look at the signal": [
    "abort: health rejects with the reason",
    "abort: a reason of any kind is what the call rejects with",
  ],
  "abort: open does not look at the signal": [
    "abort: open rejects with the reason",
  ],
  "abort: appendMessages looks at the signal when it is done": [
    "abort: appendMessages rejects with the reason, and nothing is written",
  ],
  "abort: createChat looks at the signal when it is done": [
    "abort: createChat rejects with the reason, and nothing is written",
  ],
  "abort: setContext looks at the signal when it is done": [
    "abort: setContext rejects with the reason, and nothing is written",
  ],
  "abort: updateSession looks at the signal when it is done": [
    "abort: updateSession rejects with the reason, and nothing is written",
  ],
  "abort: deleteSession looks at the signal when it is done": [
    "abort: deleteSession rejects with the reason, and nothing is written",
  ],
  "abort: beginTurn looks at the signal when it is done": [
    "abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted",
  ],
  "tenancy: getSession does not look at the owner": [
    "tenancy: getSession of another owner's session is as of a missing one",
  ],
  "tenancy: updateSession does not look at the owner": [
    "tenancy: updateSession of another owner's session is as of a missing one",
  ],
  "tenancy: touchSession does not look at the owner": [
    "tenancy: touchSession of another owner's session is as of a missing one",
  ],
  "tenancy: deleteSession does not look at the owner": [
    "tenancy: deleteSession of another owner's session is as of a missing one",
  ],
  "tenancy: createChat does not look at the owner": [
    "tenancy: createChat of another owner's session is as of a missing one",
  ],
  "tenancy: getChat does not look at the owner": [
    "tenancy: getChat of another owner's session is as of a missing one",
  ],
  "tenancy: updateChat does not look at the owner": [
    "tenancy: updateChat of another owner's session is as of a missing one",
  ],
  "tenancy: activateChat does not look at the owner": [
    "tenancy: activateChat of another owner's session is as of a missing one",
  ],
  "tenancy: deleteChat does not look at the owner": [
    "tenancy: deleteChat of another owner's session is as of a missing one",
  ],
  "tenancy: listChats does not look at the owner": [
    "tenancy: listChats of another owner's session is as of a missing one",
  ],
  "tenancy: appendMessages does not look at the owner": [
    "tenancy: appendMessages of another owner's session is as of a missing one",
  ],
  "tenancy: readMessages does not look at the owner": [
    "tenancy: readMessages of another owner's session is as of a missing one",
  ],
  "tenancy: rewriteMessages does not look at the owner": [
    "tenancy: rewriteMessages of another owner's session is as of a missing one",
  ],
  "tenancy: getContext does not look at the owner": [
    "tenancy: getContext of another owner's session is as of a missing one",
  ],
  "tenancy: listContext does not look at the owner": [
    "tenancy: listContext of another owner's session is as of a missing one",
  ],
  "tenancy: setContext does not look at the owner": [
    "tenancy: setContext of another owner's session is as of a missing one",
  ],
  "tenancy: deleteContext does not look at the owner": [
    "tenancy: deleteContext of another owner's session is as of a missing one",
  ],
  "tenancy: beginTurn does not look at the owner": [
    "tenancy: beginTurn of another owner's session is as of a missing one",
  ],
  "tenancy: renewTurn does not look at the owner": [
    "tenancy: renewTurn of another owner's session is as of a missing one",
  ],
  "tenancy: endTurn does not look at the owner": [
    "tenancy: endTurn of another owner's session is as of a missing one",
  ],
  "tenancy: interruptTurn does not look at the owner": [
    "tenancy: interruptTurn of another owner's session is as of a missing one",
  ],
  "tenancy: getSession tells strangers that a session exists": [
    "tenancy: getSession of another owner's session is as of a missing one",
  ],
  "tenancy: appendMessages tells strangers that a session exists": [
    "tenancy: appendMessages of another owner's session is as of a missing one",
  ],
  "tenancy: getChat does not look at the chat's session": [
    "tenancy: getChat of a chat through another session is as of a missing one",
  ],
  "tenancy: updateChat does not look at the chat's session": [
    "tenancy: updateChat of a chat through another session is as of a missing one",
  ],
  "tenancy: activateChat does not look at the chat's session": [
    "tenancy: activateChat of a chat through another session is as of a missing one",
  ],
  "tenancy: deleteChat does not look at the chat's session": [
    "tenancy: deleteChat of a chat through another session is as of a missing one",
  ],
  "tenancy: appendMessages does not look at the chat's session": [
    "tenancy: appendMessages of a chat through another session is as of a missing one",
  ],
  "tenancy: readMessages does not look at the chat's session": [
    "tenancy: readMessages of a chat through another session is as of a missing one",
  ],
  "tenancy: rewriteMessages does not look at the chat's session": [
    "tenancy: rewriteMessages of a chat through another session is as of a missing one",
  ],
  "tenancy: beginTurn does not look at the chat's session": [
    "tenancy: beginTurn of a chat through another session is as of a missing one",
  ],
  "tenancy: renewTurn does not look at the chat's session": [
    "tenancy: renewTurn of a chat through another session is as of a missing one",
  ],
  "tenancy: endTurn does not look at the chat's session": [
    "tenancy: endTurn of a chat through another session is as of a missing one",
  ],
  "tenancy: interruptTurn does not look at the chat's session": [
    "tenancy: interruptTurn of a chat through another session is as of a missing one",
  ],
  "repeat: updateSession does not remember its operations": [
    "repeat: updateSession",
    "repeat: updateSession that took the last place under a limit",
  ],
  "repeat: deleteSession does not remember its operations": [
    "repeat: deleteSession",
  ],
  "repeat: updateChat does not remember its operations": [
    "repeat: updateChat",
  ],
  "repeat: activateChat does not remember its operations": [
    "repeat: activateChat",
  ],
  "repeat: deleteChat does not remember its operations": [
    "repeat: deleteChat",
  ],
  "repeat: rewriteMessages does not remember its operations": [
    "repeat: rewriteMessages",
    "repeat: a chat remembers its last 16 operations",
  ],
  "repeat: setContext does not remember its operations": [
    "repeat: setContext",
    "repeat: a session remembers its last 16 operations",
  ],
  "repeat: deleteContext does not remember its operations": [
    "repeat: deleteContext",
  ],
  "repeat: a session remembers 8 operations": [
    "repeat: a session remembers its last 16 operations",
  ],
  "repeat: operations are remembered for the whole store": [
    "repeat: an operation of one session is nothing to another",
  ],
  "repeat: a deletion is remembered for any session": [
    "tenancy: an operation id of another owner is nothing special",
  ],
  "copies: getSession hands out what it keeps": [
    "copies: changing the answer of getSession changes nothing",
  ],
  "copies: getChat hands out what it keeps": [
    "copies: changing the answer of getChat changes nothing",
  ],
  "copies: listChats hands out what it keeps": [
    "copies: changing the answer of listChats changes nothing",
  ],
  "copies: readMessages hands out what it keeps": [
    "copies: changing the answer of readMessages changes nothing",
    "copies: messages are frozen",
  ],
  "copies: getContext hands out what it keeps": [
    "repeat: another operation with the same content has its own effect",
    "getContext: a key that is not there is undefined",
    "copies: changing the answer of getContext changes nothing",
    "hostile names: a key nobody set is not there",
  ],
  "copies: listContext hands out what it keeps": [
    "copies: changing the answer of listContext changes nothing",
  ],
  "copies: updateSession keeps what it hands out": [
    "copies: changing the answer of getSession changes nothing",
    "copies: changing the answer of updateSession changes nothing",
  ],
  "copies: touchSession keeps what it hands out": [
    "copies: changing the answer of getSession changes nothing",
    "copies: changing the answer of touchSession changes nothing",
  ],
  "copies: activateChat keeps what it hands out": [
    "copies: changing the answer of getSession changes nothing",
    "copies: changing the answer of activateChat changes nothing",
  ],
  "copies: updateChat keeps what it hands out": [
    "copies: changing the answer of getChat changes nothing",
    "copies: changing the answer of updateChat changes nothing",
  ],
  "copies: createChat keeps what it hands out": [
    "copies: changing the answer of getChat changes nothing",
    "copies: changing the answer of createChat changes nothing",
  ],
  "copies: beginTurn keeps what it hands out": [
    "copies: changing the answer of getChat changes nothing",
    "copies: changing the answer of beginTurn changes nothing",
  ],
  "states: createChat works in a paused session": [
    "createChat: a session that is not active refuses, and nothing is written",
    "createChat: opening works also where nothing may be created",
    "repeat: createChat",
  ],
  "states: updateChat works in a paused session": [
    "updateChat: a session that is not active refuses, and nothing is written",
  ],
  "states: activateChat works in a paused session": [
    "activateChat: a session that is not active refuses, and nothing is written",
  ],
  "states: deleteChat works in a paused session": [
    "deleteChat: a session that is not active refuses, and nothing is written",
  ],
  "states: rewriteMessages works in a paused session": [
    "rewriteMessages: a session that is not active refuses, and nothing is written",
  ],
  "states: setContext works in a paused session": [
    "setContext: a session that is not active refuses, and nothing is written",
  ],
  "states: deleteContext works in a paused session": [
    "deleteContext: a session that is not active refuses, and nothing is written",
  ],
  "states: beginTurn works in a paused session": [
    "beginTurn: a session that is not active refuses, and nothing is written",
  ],
  "copies: createSession keeps what it was handed": [
    "createSession: an id that another owner has is SESSION_EXISTS",
    "repeat: createSession",
    "copies: createSession copies what was handed in",
  ],
  "copies: updateSession keeps what it was handed": [
    "copies: updateSession copies what was handed in",
  ],
  "copies: createChat keeps what it was handed": [
    "copies: createChat copies what was handed in",
  ],
  "copies: updateChat keeps what it was handed": [
    "repeat: updateChat",
    "copies: updateChat copies what was handed in",
  ],
  "copies: appendMessages keeps what it was handed": [
    "copies: appendMessages copies what was handed in",
  ],
  "copies: rewriteMessages keeps what it was handed": [
    "copies: rewriteMessages copies what was handed in",
  ],
  "copies: appendMessages copies when it comes to its turn": [
    "copies: what is handed in is copied before the call waits",
  ],
  "copies: setContext keeps what it was handed": [
    "copies: setContext copies what was handed in",
  ],
  "copies: messages are not frozen": [
    "copies: messages are frozen",
  ],
  "copies: messages are frozen at the top only": [
    "copies: messages are frozen",
  ],
  "copies: what is handed in is frozen on the way": [
    "append: messages are kept whole, in order, with a dense seq",
    "copies: what is handed in may be frozen",
  ],
  "copies: rewriteMessages keeps the answer that it hands out": [
    "copies: changing the answer of rewriteMessages does not change what a repeat answers",
  ],
  "close: closing again throws": [
    "close: again does nothing",
  ],
  "close: nothing is closed": [
    "close: every later call is CLOSED",
    "close: works on a store that was never used",
  ],
  "close: health still answers": [
    "close: every later call is CLOSED",
  ],
  "close: what is under way is cut off": [
    "close: what is under way is finished",
  ],
  "open: works once": [
    "open: can be called at any time, any number of times",
  ],
  "health: always finds something": [
    "health: tells that all is well, and the time",
  ],
  "health: tells parts of milliseconds": [
    "createSession: answers the record it made",
    "updateSession: the version grows by one, and updatedAt is now",
    "pending: leaving it sets the expiry anew",
    "touchSession: sets lastActiveAt to now and expiresAt to idleMs later",
    "appendMessages: counts as activity",
    "rewriteMessages: counts as activity",
    "renewTurn: counts as activity",
    "setContext: counts as activity",
    "deleteContext: counts as activity",
    "touchSession: expiresInMs sets the expiry, also to an earlier instant",
    "createChat: answers the record it made",
    "append: createdAt is the time of the store unless it was given",
    "health: tells that all is well, and the time",
  ],
  "supports: says nothing": [
    "supports: says what the store can",
    "supports.shared: another instance sees the same, at once",
  ],
  "supports: says that the store is shared": [
    "supports.shared: another instance sees the same, at once",
    "close: of one instance leaves the others open",
  ],
}
