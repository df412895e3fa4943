import type { AuditEvent, AuditLog } from './audit-log.ts'
import { isSessError, SessError } from './errors.ts'
import type { ChatPlace, EventHub, SessEventName, SessEvents } from './events.ts'
import type { JsonObject } from './json.ts'
import type { Logger } from './logger.ts'
import type { Owner } from './owner.ts'
import type { ChatRef, SessionRef } from './store/refs.ts'

/** Tells the listeners and the audit log what happened. */
export class Announcer {
  readonly #hub: EventHub
  readonly #audit: AuditLog | null
  readonly #auditFailure: 'fail' | 'warn'
  readonly #logger: Logger
  readonly #actor: string | null

  constructor(
    hub: EventHub,
    audit: AuditLog | null,
    auditFailure: 'fail' | 'warn',
    logger: Logger,
    actor: string | null = null,
  ) {
    this.#hub = hub
    this.#audit = audit
    this.#auditFailure = auditFailure
    this.#logger = logger
    this.#actor = actor
  }

  /** One that says who acts in the owner's place. */
  as(actor: string): Announcer {
    return new Announcer(this.#hub, this.#audit, this.#auditFailure, this.#logger, actor)
  }

  /** For what is not audited. */
  tell<Name extends SessEventName>(name: Name, event: SessEvents[Name]): void {
    this.#hub.emit(name, event)
  }

  /** Tells the listeners, then keeps the event in the audit log. */
  async announce<Name extends AuditEvent['type'] & SessEventName>(
    name: Name,
    event: SessEvents[Name],
    about: AuditedPlace,
    details: JsonObject = {},
  ): Promise<void> {
    this.#hub.emit(name, event)
    await this.audit({ type: name, outcome: 'ok', details, ...about })
  }

  /**
   * Keeps an event in the audit log. One about something that failed is only logged if it can't be kept: whoever waits is
   * to learn why it failed.
   *
   * @throws {@link SessError} `AUDIT_FAILED` if the event could not be kept and `auditFailure` is `fail`.
   */
  async audit(event: Omit<AuditEvent, 'actor' | 'at'>): Promise<void> {
    if (this.#audit === null) return
    try {
      await this.#audit.record({ ...event, actor: this.#actor, at: Date.now() })
    } catch (cause) {
      if (this.#auditFailure === 'fail' && event.outcome === 'ok')
        throw new SessError(
          'AUDIT_FAILED',
          `the audit log did not keep ${event.type}`,
          { event: event.type },
          { cause },
        )
      this.#logger.error(
        { event: event.type, sessionId: event.sessionId, error: cause },
        'the audit log did not keep an event',
      )
    }
  }
}

/** Whom and what an audited event is about. */
export interface AuditedPlace {
  readonly owner: Owner
  readonly sessionId: string | null
  readonly chatId: string | null
}

/** Where an event about a session happened. */
export function sessionPlace(ref: SessionRef): AuditedPlace {
  return Object.freeze({ owner: ref.owner, sessionId: ref.id, chatId: null })
}

/** Where an event about a chat happened. */
export function chatPlace(ref: ChatRef): ChatPlace {
  return Object.freeze({ owner: ref.session.owner, sessionId: ref.session.id, chatId: ref.id })
}

/** Tells that every message after `keepThrough` was removed. */
export async function announceRewind(announcer: Announcer, ref: ChatRef, keepThrough: number): Promise<void> {
  const place = chatPlace(ref)
  await announcer.announce('chat-rewound', { ...place, keepThrough }, place, { keepThrough })
}

/** Runs `work`, and tells of it if a limit stopped it. */
export async function noticingLimits<Result>(
  announcer: Announcer,
  place: AuditedPlace,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isSessError(error) && error.code.endsWith('_LIMIT_REACHED')) {
      const { owner, sessionId } = place
      await announcer.announce('limit-reached', { owner, sessionId, code: error.code }, place, { code: error.code })
    }
    throw error
  }
}
