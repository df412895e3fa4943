import { type SessionRef, sameOwner } from '@sess/core'
import { type Call, DeadlineError, within } from '../connection/call.ts'
import { timedOut } from '../connection/driver-error.ts'
import { unavailable } from '../connection/unavailable.ts'
import { idBytes } from '../sql/bytes.ts'
import type { StoreParts } from '../store-parts.ts'
import { claimText } from './claim-text.ts'
import { removeSessions } from './delete-session.ts'
import { lockAnySession } from './lookup.ts'
import { type SessionState, sessionState } from './session-state.ts'

/** Sessions of one transaction: it keeps counters locked that others want. */
const removedTogether = 50

/** A call of `removeExpired` that no transaction has answered yet. */
interface Removal {
  readonly call: Call
  readonly ref: SessionRef
  readonly key: Buffer
  readonly claim: string
  readonly answer: (gone: boolean) => void
  readonly fail: (error: unknown) => void
  /** A transaction is under way that may remove it. */
  isUnderWay: boolean
}

/** Removes claimed sessions. Those of concurrent callers, as a sweep has them, gather while a transaction runs, and go together. */
export class ExpiredRemover {
  readonly #parts: StoreParts
  #waiting: Removal[] = []
  #isBusy = false

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** After a lost answer, that the session is gone is what was asked for. */
  async remove(call: Call, ref: SessionRef, claim: string): Promise<boolean> {
    call.signal?.throwIfAborted()
    const key = idBytes(ref.id)
    if (key === null) return false
    let removal: Removal | undefined
    const answered = new Promise<boolean>((answer, fail) => {
      removal = { call, ref, key, claim, answer, fail, isUnderWay: false }
      this.#waiting.push(removal)
    })
    // Those who call in the same tick go together.
    setImmediate(() => void this.#work())
    try {
      return await within(call, answered)
    } catch (error) {
      if (error instanceof DeadlineError) throw unavailable(timedOut(), removal?.isUnderWay ?? false)
      throw error
    } finally {
      this.#waiting = this.#waiting.filter((other) => other !== removal)
    }
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    while (this.#waiting.length > 0) await this.#removeSome(this.#waiting.splice(0, removedTogether))
    this.#isBusy = false
  }

  /** Never rejects. What somebody else has locked, or nobody has any more, is seen to one by one. */
  async #removeSome(some: readonly Removal[]): Promise<void> {
    for (const removal of some) removal.isUnderWay = true
    const [first] = some
    if (some.length === 1 && first !== undefined) return await this.#removeOne(first, false)
    try {
      const { answers, isRepeat } = await this.#removeTogether(some)
      for (const removal of some) {
        const gone = answers.get(removal)
        if (gone === undefined) await this.#removeOne(removal, isRepeat)
        else removal.answer(gone)
      }
    } catch (error) {
      for (const removal of some) removal.fail(error)
    }
  }

  async #removeTogether(
    some: readonly Removal[],
  ): Promise<{ readonly answers: ReadonlyMap<Removal, boolean>; readonly isRepeat: boolean }> {
    const { database, purge, sessions } = this.#parts
    const deadlineAt = Math.max(...some.map(({ call }) => call.deadlineAt))
    const done = await database.write({ signal: undefined, deadlineAt }, async (transaction) => {
      const rows = await transaction.rows(sessions.lockAll({ ids: some.map(({ key }) => key) }))
      const found = new Map(rows.map((row) => [row.id.toString('latin1'), sessionState(row)]))
      const answers = new Map<Removal, boolean>()
      const removed = new Set<SessionState>()
      for (const removal of some) {
        const session = found.get(removal.key.toString('latin1'))
        if (session === undefined || !sameOwner(session.owner, removal.ref.owner)) continue
        const isHis = isClaimedBy(session, removal.claim)
        answers.set(removal, isHis)
        if (isHis) removed.add(session)
      }
      const leftMessages = removed.size > 0 && (await removeSessions(this.#parts, transaction, [...removed]))
      return { answers, isRepeat: transaction.isRepeat, leftMessages }
    })
    if (done.leftMessages) purge.wake()
    return done
  }

  /** Never rejects. */
  async #removeOne({ call, ref, claim, answer, fail }: Removal, wasRepeat: boolean): Promise<void> {
    const { database, purge } = this.#parts
    let leftMessages = false
    try {
      const gone = await database.write(call, async (transaction) => {
        const session = await lockAnySession(this.#parts, transaction, ref)
        if (session === null) return wasRepeat || transaction.isRepeat
        if (!isClaimedBy(session, claim)) return false
        leftMessages = await removeSessions(this.#parts, transaction, [session])
        return true
      })
      if (leftMessages) purge.wake()
      answer(gone)
    } catch (error) {
      fail(error)
    }
  }
}

function isClaimedBy({ claim, key }: SessionState, by: string): boolean {
  return claim !== null && claimText(claim, key) === by
}
