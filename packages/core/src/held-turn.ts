import { unref } from './abort.ts'
import { isSessError, SessError } from './errors.ts'
import { newId } from './id.ts'
import type { Logger } from './logger.ts'
import type { NewMessage } from './message.ts'
import type { AppendResult } from './store/message-log.ts'
import type { ChatRef } from './store/refs.ts'
import type { Store } from './store/store.ts'
import type { TurnGrant } from './store/turns.ts'
import type { TurnSettings } from './turn-settings.ts'

/** A turn that this process holds: it renews the lease until it ends, and writes under the fence. */
export class HeldTurn {
  readonly id: string
  readonly chat: ChatRef
  readonly grant: TurnGrant
  /** Resolves when the turn has ended, however. */
  readonly ended: Promise<void>
  readonly #store: Store
  readonly #controller = new AbortController()
  readonly #leaseMs: number
  readonly #logger: Logger
  readonly #timer: ReturnType<typeof setInterval>
  readonly #onEnd: () => void
  #lost = false
  #renewing = false

  constructor(
    id: string,
    chat: ChatRef,
    grant: TurnGrant,
    store: Store,
    settings: TurnSettings,
    logger: Logger,
    onEnd: () => void,
  ) {
    this.id = id
    this.chat = chat
    this.grant = grant
    this.#store = store
    this.#leaseMs = settings.leaseMs
    this.#logger = logger
    let settle: () => void = () => {}
    this.ended = new Promise((resolve) => {
      settle = resolve
    })
    this.#onEnd = () => {
      onEnd()
      settle()
    }
    this.#timer = setInterval(() => void this.#renew(), settings.renewMs)
    unref(this.#timer)
  }

  /** Aborts when the turn has to stop; the reason says why. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Another process took the chat over, or it is gone: nothing more can be written. */
  get lost(): boolean {
    return this.#lost
  }

  /** Makes the turn stop. What was said until then will be kept. */
  stop(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /** Makes the turn stop because somebody asked for it. */
  interrupt(): void {
    this.stop(new SessError('TURN_INTERRUPTED', 'the turn was interrupted', { turnId: this.id }))
  }

  /** Appends under the fence. */
  async append(messages: readonly NewMessage[]): Promise<AppendResult> {
    return await this.#noticeLoss(this.#store.appendMessages(this.chat, messages, { fence: this.grant.fence }))
  }

  /** Puts `message` in the place of all that comes after `keepThrough`, under the fence. */
  async replace(keepThrough: number, message: NewMessage): Promise<AppendResult> {
    const write = { fence: this.grant.fence, operationId: newId() }
    return await this.#noticeLoss(this.#store.rewriteMessages(this.chat, keepThrough, [message], write))
  }

  /** Ends the turn and gives the chat free. Fails only if the store does; the lease then runs out by itself. */
  async end(responseMs: number | undefined): Promise<void> {
    clearInterval(this.#timer)
    try {
      if (!this.#lost) await this.#noticeLoss(this.#store.endTurn(this.chat, this.grant.fence, { responseMs }))
    } finally {
      this.#onEnd()
    }
  }

  async #renew(): Promise<void> {
    if (this.#renewing || this.signal.aborted) return
    this.#renewing = true
    try {
      const { interrupted } = await this.#noticeLoss(
        this.#store.renewTurn(this.chat, this.grant.fence, { leaseMs: this.#leaseMs }),
      )
      if (interrupted) this.interrupt()
    } catch (error) {
      // Not the end: the fence stays good until somebody takes the chat over, and then the next write says so.
      this.#logger.warn({ chatId: this.chat.id, turnId: this.id, error }, 'a turn could not be renewed')
    } finally {
      this.#renewing = false
    }
  }

  async #noticeLoss<Result>(call: Promise<Result>): Promise<Result> {
    try {
      return await call
    } catch (error) {
      if (isSessError(error) && lossCodes.has(error.code)) {
        this.#lost = true
        this.stop(error)
      }
      throw error
    }
  }
}

const lossCodes: ReadonlySet<string> = new Set(['TURN_LOST', 'CHAT_NOT_FOUND', 'SESSION_NOT_FOUND', 'SESSION_EXPIRED'])
