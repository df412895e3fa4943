/// <reference path="./lua.d.ts" />
import activateChatLua from './lua/activate-chat.lua'
import activity from './lua/activity.lua'
import appendMessagesLua from './lua/append-messages.lua'
import base from './lua/base.lua'
import beginTurnLua from './lua/begin-turn.lua'
import chat from './lua/chat.lua'
import chatSpanLua from './lua/chat-span.lua'
import claimExpiredLua from './lua/claim-expired.lua'
import claimSessionLua from './lua/claim-session.lua'
import countPendingLua from './lua/count-pending.lua'
import createChatLua from './lua/create-chat.lua'
import createSessionLua from './lua/create-session.lua'
import cut from './lua/cut.lua'
import deleteChatLua from './lua/delete-chat.lua'
import deleteContextLua from './lua/delete-context.lua'
import dueSessionsLua from './lua/due-sessions.lua'
import endTurnLua from './lua/end-turn.lua'
import expireIdleLua from './lua/expire-idle.lua'
import expireSessionLua from './lua/expire-session.lua'
import getChatLua from './lua/get-chat.lua'
import getContextLua from './lua/get-context.lua'
import getKeysLua from './lua/get-keys.lua'
import getSessionLua from './lua/get-session.lua'
import index from './lua/index.lua'
import indexFiguresLua from './lua/index-figures.lua'
import indexPageLua from './lua/index-page.lua'
import interruptTurnLua from './lua/interrupt-turn.lua'
import lapse from './lua/lapse.lua'
import latest from './lua/latest.lua'
import latestActivityLua from './lua/latest-activity.lua'
import listChatsLua from './lua/list-chats.lua'
import listContextLua from './lua/list-context.lua'
import listSessionsLua from './lua/list-sessions.lua'
import messages from './lua/messages.lua'
import operations from './lua/operations.lua'
import pace from './lua/pace.lua'
import purge from './lua/purge.lua'
import quota from './lua/quota.lua'
import readMessagesLua from './lua/read-messages.lua'
import remoteFiguresLua from './lua/remote-figures.lua'
import remoteIndex from './lua/remote-index.lua'
import removeSessionLua from './lua/remove-session.lua'
import renewTurnLua from './lua/renew-turn.lua'
import replaceKeysLua from './lua/replace-keys.lua'
import reportLua from './lua/report.lua'
import reserveLua from './lua/reserve.lua'
import rewriteMessagesLua from './lua/rewrite-messages.lua'
import session from './lua/session.lua'
import setContextLua from './lua/set-context.lua'
import shared from './lua/shared.lua'
import touchSessionLua from './lua/touch-session.lua'
import turn from './lua/turn.lua'
import updateChatLua from './lua/update-chat.lua'
import updateSessionLua from './lua/update-session.lua'
import verifySessionLua from './lua/verify-session.lua'
import { defineScript, defineShared, lazily, type Script } from './script.ts'

/** What a script needs that only reads, that changes a session, and that looks after an index. */
const reading = [base, session]
const writing = [base, session, pace, index, activity]
const healing = [...writing, lapse]
const remote = [base, index, remoteIndex]

const appending = [
  ...['changed', 'uncount', 'follow', 'liveUntil', 'lifeOf'],
  ...['batchIn', 'plan', 'write', 'answerOf', 'refusalOfLength'],
]

export const createSession: Script = defineShared('write', ...healing, shared, quota, createSessionLua)
export const getSession: Script = defineShared('read', ...reading, shared, getSessionLua)
export const updateSession: Script = defineShared('write', ...[...healing, shared, quota, operations], updateSessionLua)
export const touchSession: Script = defineShared(
  'write',
  ...[base, session, shared, pace, lazily(['follow'], index, activity)],
  touchSessionLua,
)
export const removeSession: Script = defineShared(
  'write',
  ...[base, session, shared, lazily(['changed', 'left', 'leave', 'freeKey'], index), purge],
  removeSessionLua,
)
export const listSessions: Script = defineScript('read', ...reading, listSessionsLua)
export const indexFigures: Script = defineScript('read', ...healing, latest, indexFiguresLua)
export const countPending: Script = defineScript('read', ...healing, countPendingLua)
export const latestActivity: Script = defineScript('read', ...reading, latest, latestActivityLua)
export const claimExpired: Script = defineScript('write', ...healing, purge, claimExpiredLua)
export const claimSession: Script = defineScript('write', ...healing, purge, claimSessionLua)
export const expireIdle: Script = defineScript('write', ...healing, expireIdleLua)

export const getKeys: Script = defineScript('read', ...reading, getKeysLua)
export const replaceKeys: Script = defineScript('write', ...reading, replaceKeysLua)

export const createChat: Script = defineScript('write', ...writing, chat, createChatLua)
export const getChat: Script = defineScript('read', ...reading, chat, getChatLua)
export const updateChat: Script = defineScript('write', ...writing, chat, operations, updateChatLua)
export const deleteChat: Script = defineScript('write', ...writing, chat, operations, deleteChatLua)
export const activateChat: Script = defineScript('write', ...writing, operations, activateChatLua)
export const listChats: Script = defineScript('read', ...reading, chat, listChatsLua)

export const appendMessages: Script = defineShared(
  'write',
  ...[base, session, chat, shared, pace, cut, lazily(appending, index, activity, messages)],
  appendMessagesLua,
)
export const chatSpan: Script = defineScript('read', ...reading, chat, chatSpanLua)
export const readMessages: Script = defineScript('read', ...reading, chat, readMessagesLua)
export const rewriteMessages: Script = defineScript(
  'write',
  ...[...writing, chat, operations, turn, cut, messages],
  rewriteMessagesLua,
)

export const getContext: Script = defineScript('read', ...reading, getContextLua)
export const listContext: Script = defineScript('read', ...reading, listContextLua)
export const setContext: Script = defineScript('write', ...writing, operations, setContextLua)
export const deleteContext: Script = defineScript('write', ...writing, operations, deleteContextLua)

export const beginTurn: Script = defineScript('write', ...reading, chat, turn, beginTurnLua)
export const renewTurn: Script = defineScript('write', ...writing, chat, renewTurnLua)
export const endTurn: Script = defineScript('write', ...reading, chat, turn, endTurnLua)
export const interruptTurn: Script = defineScript('write', ...reading, chat, turn, interruptTurnLua)

export const report: Script = defineScript('write', ...remote, reportLua)
export const reserve: Script = defineScript('write', ...remote, reserveLua)
export const dueSessions: Script = defineScript('read', ...remote, dueSessionsLua)
export const indexPage: Script = defineScript('read', ...remote, indexPageLua)
export const remoteFigures: Script = defineScript('read', ...remote, remoteFiguresLua)
export const verifySession: Script = defineScript('write', ...healing, verifySessionLua)
export const expireSession: Script = defineScript('write', ...healing, expireSessionLua)
