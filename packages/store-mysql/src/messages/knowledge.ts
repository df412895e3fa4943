import type { Mark } from './log-state.ts'
import type { MessageRow } from './stored-message.ts'

/** What was looked up about messages while their chats are locked. */
export class Knowledge {
  readonly #byId = new Map<string, MessageRow | null>()
  readonly #marks = new Map<string, Map<number, Mark>>()

  /** The message of this id, null if there is none, undefined if that was not looked up. */
  message(log: Buffer, id: string): MessageRow | null | undefined {
    return this.#byId.get(keyOf(log, id))
  }

  learnMessages(asked: readonly (readonly [log: Buffer, id: string])[], rows: readonly LoggedRow[]): void {
    for (const [log, id] of asked) this.#byId.set(keyOf(log, id), null)
    // A pool may have been told to hand out large numbers as text.
    for (const row of rows) this.#byId.set(keyOf(row.log_id, row.id.toString('utf8')), { ...row, seq: Number(row.seq) })
  }

  mark(log: Buffer, seq: number): Mark | undefined {
    return this.#marks.get(log.toString('latin1'))?.get(seq)
  }

  learnMark(log: Buffer, seq: number, mark: Mark): void {
    const key = log.toString('latin1')
    const marks = this.#marks.get(key) ?? new Map<number, Mark>()
    marks.set(seq, mark)
    this.#marks.set(key, marks)
  }
}

export type LoggedRow = MessageRow & { readonly log_id: Buffer }

function keyOf(log: Buffer, id: string): string {
  return `${log.toString('latin1')}${id}`
}
