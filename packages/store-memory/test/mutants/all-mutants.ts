import { appendMutants } from './append.ts'
import { chatMutants, contextMutants } from './chats-context.ts'
import { expiryMutants } from './expiry.ts'
import { listMutants } from './lists.ts'
import { methodMutants } from './methods.ts'
import type { Mutant } from './mutant.ts'
import { readMutants, rewriteMutants } from './rewrite-read.ts'
import { sessionMutants } from './sessions.ts'
import { trimMutants } from './trim.ts'
import { turnMutants } from './turns.ts'

/** Every broken store there is. */
export const mutants: readonly Mutant[] = [
  ...sessionMutants,
  ...expiryMutants,
  ...chatMutants,
  ...appendMutants,
  ...readMutants,
  ...trimMutants,
  ...rewriteMutants,
  ...turnMutants,
  ...contextMutants,
  ...listMutants,
  ...methodMutants,
]
