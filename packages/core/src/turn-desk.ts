import { orAbort, sleep } from './abort.ts'
import { isSessError, SessError } from './errors.ts'
import { HeldTurn } from './held-turn.ts'
import { newId } from './id.ts'
import type { Logger } from './logger.ts'
import { sameOwner } from './owner.ts'
import type { ChatRef, SessionRef } from './store/refs.ts'
import type { Store } from './store/store.ts'
import type { TurnGrant } from './store/turns.ts'
import type { TurnSettings, WhenBusy } from './turn-settings.ts'

/** Those who want a chat in this process, first come first served. */
interface Lane {
  /** Settles when everyone who came before is done. */
  tail: Promise<void>
  waiting: number
  turn: HeldTurn | null
  /** Somebody wants the chat who cuts the turn short that runs, or that is about to begin. */
  interrupted: boolean
}

/** Where sends of this process line up for their turns; between processes the store's lease decides. */
export class TurnDesk {
  readonly settings: TurnSettings
  readonly #store: Store
  readonly #logger: Logger
  readonly #lanes = new Map<string, Lane>()
  readonly #closing = new AbortController()

  constructor(store: Store, settings: TurnSettings, logger: Logger) {
    this.#store = store
    this.settings = settings
    this.#logger = logger
  }

  /** Turns that run in this process, and sends that wait for one. */
  get counts(): { readonly running: number; readonly waiting: number } {
    let running = 0
    let waiting = 0
    for (const lane of this.#lanes.values()) {
      if (lane.turn !== null) running++
      waiting += lane.waiting
    }
    return { running, waiting }
  }

  /**
   * Begins a turn as soon as the chat is free.
   *
   * @throws {@link SessError} `TURN_IN_PROGRESS` if the chat is busy and `whenBusy` is `reject`, too many wait already, or the
   * wait was too long. Nothing was written.
   */
  async begin(chat: ChatRef, whenBusy: WhenBusy, signal: AbortSignal | undefined): Promise<HeldTurn> {
    this.#closing.signal.throwIfAborted()
    signal?.throwIfAborted()
    const startedAt = performance.now()
    const { lane, leave } = await this.#enter(chat.id, whenBusy, signal)
    try {
      const turnId = newId()
      const grant = await this.#grant(chat, lane, turnId, whenBusy, startedAt, signal)
      const turn = new HeldTurn(turnId, chat, grant, this.#store, this.settings, this.#logger, leave)
      lane.turn = turn
      if (lane.interrupted) turn.interrupt()
      const stopped = [signal, this.#closing.signal].find((stop) => stop?.aborted === true)
      if (stopped !== undefined) {
        await turn.end(undefined)
        throw stopped.reason
      }
      return turn
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Stops the turn that runs in the chat, in whatever process. Resolves to whether one runs. */
  async interrupt(chat: ChatRef, signal?: AbortSignal): Promise<boolean> {
    const turn = this.#lanes.get(chat.id)?.turn ?? null
    turn?.interrupt()
    return turn !== null || (await this.#store.interruptTurn(chat, { signal }))
  }

  /** Stops what runs in this process for a session, and waits until what was said is kept. Others learn of it when they renew. */
  async interruptSession(session: SessionRef): Promise<void> {
    const running: HeldTurn[] = []
    for (const { turn } of this.#lanes.values()) {
      const place = turn?.chat.session
      // The owner too: to name somebody else's session must not be enough to stop it.
      if (turn && place?.id === session.id && sameOwner(place.owner, session.owner)) running.push(turn)
    }
    for (const turn of running) turn.interrupt()
    await Promise.all(running.map((turn) => turn.ended))
  }

  /** Stops all turns of this process, and waits until what was said is kept. Those in line fail as soon as it is their turn. */
  async close(reason: unknown): Promise<void> {
    this.#closing.abort(reason)
    const lanes = [...this.#lanes.values()]
    for (const lane of lanes) lane.turn?.stop(reason)
    await Promise.all(lanes.map((lane) => lane.tail))
  }

  async #enter(
    chatId: string,
    whenBusy: WhenBusy,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly lane: Lane; readonly leave: () => void }> {
    const lane = this.#lanes.get(chatId) ?? { tail: Promise.resolve(), waiting: 0, turn: null, interrupted: false }
    const busy = this.#lanes.has(chatId)
    if (busy && whenBusy === 'reject') throw busyError('busy')
    if (busy && lane.waiting >= this.settings.maxQueued) throw busyError('queue-full')
    if (busy && whenBusy === 'interrupt') {
      lane.interrupted = true
      lane.turn?.interrupt()
    }
    this.#lanes.set(chatId, lane)

    const before = lane.tail
    let free: () => void = () => {}
    const mine = new Promise<void>((resolve) => {
      free = resolve
    })
    const tail = before.then(() => mine)
    lane.tail = tail
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      lane.turn = null
      lane.interrupted = false
      free()
      if (lane.tail === tail) this.#lanes.delete(chatId)
    }
    if (!busy) return { lane, leave }
    lane.waiting++
    try {
      await this.#waitInLine(before, signal)
      return { lane, leave }
    } catch (error) {
      // Whoever stands behind still waits for those before.
      free()
      void tail.then(() => {
        if (lane.tail === tail) this.#lanes.delete(chatId)
      })
      throw error
    } finally {
      lane.waiting--
    }
  }

  async #waitInLine(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(busyError('timed-out')), this.settings.queueTimeoutMs)
    try {
      await orAbort(orAbort(before, timeout.signal), signal)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Asks the store until the chat is free, at most `queueTimeoutMs` after `startedAt`. */
  async #grant(
    chat: ChatRef,
    lane: Lane,
    turnId: string,
    whenBusy: WhenBusy,
    startedAt: number,
    signal: AbortSignal | undefined,
  ): Promise<TurnGrant> {
    const { leaseMs, renewMs, queueTimeoutMs } = this.settings
    let askedAt: number | null = null
    for (let delayMs = 25; ; delayMs = Math.min(delayMs * 2, 500)) {
      this.#closing.signal.throwIfAborted()
      const now = performance.now()
      // The holder had the time to learn of it twice; it is dead or deaf.
      const ifBusy = askedAt !== null && now - askedAt > renewMs * 2 ? 'take-over' : 'reject'
      try {
        // Without the signal: an answer that nobody waits for would leave the chat busy for a lease.
        return await this.#store.beginTurn(chat, { turnId, leaseMs, ifBusy })
      } catch (error) {
        if (!isSessError(error, 'TURN_IN_PROGRESS') || whenBusy === 'reject') throw error
        if (now - startedAt > queueTimeoutMs) throw busyError('timed-out')
      }
      if ((whenBusy === 'interrupt' || lane.interrupted) && askedAt === null) {
        await this.#store.interruptTurn(chat, { signal })
        askedAt = performance.now()
      }
      await sleep(delayMs * (0.75 + Math.random() / 2), signal)
    }
  }
}

function busyError(reason: 'busy' | 'queue-full' | 'timed-out'): SessError<'TURN_IN_PROGRESS'> {
  return new SessError('TURN_IN_PROGRESS', busyTexts[reason], { reason })
}

const busyTexts = {
  busy: 'another turn runs in the chat',
  'queue-full': 'another turn runs in the chat, and as many wait for it as may',
  'timed-out': 'another turn ran in the chat for longer than may be waited',
}
