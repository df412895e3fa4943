import { operationBytes } from '../sql/bytes.ts'
import type { SessionState } from './session-state.ts'

/** Operations a session remembers. */
const remembered = 16

/** Whether this operation changed the session before. One that changed nothing may run again: it is not remembered. */
export function isDone({ operations }: SessionState, operationId: string): boolean {
  const operation = operationBytes(operationId)
  for (let start = 0; start < operations.length; start += 16)
    if (operation.equals(operations.subarray(start, start + 16))) return true
  return false
}

export function rememberDone(session: SessionState, operationId: string): void {
  session.operations = Buffer.concat([session.operations, operationBytes(operationId)]).subarray(-16 * remembered)
}
