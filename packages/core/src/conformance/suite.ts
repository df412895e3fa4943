import { abortCases } from './abort.ts'
import { activityCases } from './activity.ts'
import { appendRepeatCases } from './append-repeats.ts'
import { chatCases } from './chats.ts'
import { contextCases } from './context.ts'
import { copyCases } from './copies.ts'
import { createChatCases } from './create-chat.ts'
import { cursorCases } from './cursors.ts'
import { expireIdleCases } from './expire-idle.ts'
import { expiryCases } from './expiry.ts'
import type { Case, Cases } from './harness.ts'
import { hostileKeyCases } from './hostile-keys.ts'
import { idempotencyCases } from './idempotency.ts'
import { inactiveSessionCases } from './inactive-sessions.ts'
import { keyCases } from './keys.ts'
import { lifecycleCases } from './lifecycle.ts'
import { listChatCases } from './list-chats.ts'
import { listCases } from './lists.ts'
import { lostTurnCases } from './lost-turns.ts'
import { appendCases } from './messages-append.ts'
import { readCases } from './messages-read.ts'
import { operationIdCases } from './operation-ids.ts'
import { pendingCases } from './pending.ts'
import { quotaCases } from './quotas.ts'
import { rewriteCases } from './rewrite.ts'
import { sessionCases } from './sessions.ts'
import { statsCases } from './stats.ts'
import { sweepCases } from './sweep.ts'
import { tenancyCases } from './tenancy.ts'
import { trimCases } from './trimming.ts'
import { turnCases } from './turns.ts'

/** What a case is about. */
export type Topic =
  | 'sessions'
  | 'keys'
  | 'limits'
  | 'expiry'
  | 'sweep'
  | 'chats'
  | 'append'
  | 'read'
  | 'trim'
  | 'rewrite'
  | 'repeat'
  | 'turns'
  | 'context'
  | 'lists'
  | 'cursors'
  | 'tenancy'
  | 'copies'
  | 'abort'
  | 'hostile-names'
  | 'stats'
  | 'lifecycle'

/** A case of the suite. */
export interface ConformanceCase {
  readonly topic: Topic
  /** A sentence; no two cases have the same. */
  readonly name: string
  readonly run: Case
}

const topics: Readonly<Record<Topic, Cases>> = {
  sessions: { ...sessionCases, ...pendingCases },
  keys: keyCases,
  limits: quotaCases,
  expiry: { ...expiryCases, ...activityCases },
  sweep: { ...sweepCases, ...expireIdleCases },
  chats: { ...inactiveSessionCases, ...createChatCases, ...chatCases },
  append: { ...appendCases, ...appendRepeatCases },
  read: readCases,
  trim: trimCases,
  rewrite: rewriteCases,
  repeat: { ...idempotencyCases, ...operationIdCases },
  turns: { ...lostTurnCases, ...turnCases },
  context: contextCases,
  lists: { ...listCases, ...listChatCases },
  cursors: cursorCases,
  tenancy: tenancyCases,
  copies: copyCases,
  abort: abortCases,
  'hostile-names': hostileKeyCases,
  stats: statsCases,
  lifecycle: lifecycleCases,
}

/** Every case there is. */
export const conformanceCases: readonly ConformanceCase[] = Object.entries(topics).flatMap(([topic, cases]) =>
  Object.entries(cases).map(([name, run]) => ({ topic: topic as Topic, name, run })),
)
