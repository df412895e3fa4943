import { invalidArgument, isSessError } from './errors.ts'
import type { Store } from './store/store.ts'

/** The part of an OpenTelemetry `Span` that is used. */
export interface TelemetrySpan {
  setAttributes(attributes: Record<string, string>): unknown
  setStatus(status: { readonly code: number }): unknown
  end(): void
}

/** The part of an OpenTelemetry `Tracer` that is used: `trace.getTracer('sess')` is one. */
export interface TelemetryTracer {
  startActiveSpan<Result>(
    name: string,
    options: { kind: number; attributes: Record<string, string> },
    work: (span: TelemetrySpan) => Result,
  ): Result
}

/** The part of an OpenTelemetry `Meter` that is used: `metrics.getMeter('sess')` is one. */
export interface TelemetryMeter {
  createHistogram(
    name: string,
    options: { unit: string; description: string; advice: { explicitBucketBoundaries: number[] } },
  ): { record(value: number, attributes: Record<string, string>): void }
}

/** What a store is to be watched with; without both there is nothing to do. */
export interface InstrumentedOptions {
  readonly tracer?: TelemetryTracer | undefined
  readonly meter?: TelemetryMeter | undefined
  /** What kind of database it is, `db.system.name`: `redis`, `mysql`, `mariadb`. @default 'sess' */
  readonly system?: string | undefined
}

/** Of the enums of OpenTelemetry's API. */
const clientKind = 2
const errorStatus = 2

const methodNames = Object.keys({
  createSession: true,
  getSession: true,
  findSession: true,
  updateSession: true,
  touchSession: true,
  deleteSession: true,
  listSessions: true,
  countSessions: true,
  claimExpired: true,
  removeExpired: true,
  expireIdle: true,
  createChat: true,
  getChat: true,
  updateChat: true,
  deleteChat: true,
  activateChat: true,
  listChats: true,
  appendMessages: true,
  readMessages: true,
  rewriteMessages: true,
  getContext: true,
  listContext: true,
  setContext: true,
  deleteContext: true,
  beginTurn: true,
  renewTurn: true,
  endTurn: true,
  interruptTurn: true,
  open: true,
  health: true,
  stats: true,
  close: true,
} satisfies Record<Exclude<keyof Store, 'supports'>, true>)

/**
 * A store that does the same, and tells OpenTelemetry of each call: a span `{method} sess` of kind client, and the histogram
 * `db.client.operation.duration` in seconds. Names are those of the semantic conventions for databases; there are no ids and
 * no content in them.
 *
 * Attributes: `db.system.name`, `db.operation.name`, and `error.type` with the code of the error if there is one. A span's status is
 * an error only if the store failed; that a session is not found, or a limit reached, is an answer. `sess.outcome` says of a
 * failure whether the call was written.
 */
export function instrumented(store: Store, { tracer, meter, system = 'sess' }: InstrumentedOptions): Store {
  if (tracer === undefined && meter === undefined) throw invalidArgument('options', 'needs a tracer or a meter')
  const histogram = meter?.createHistogram('db.client.operation.duration', {
    unit: 's',
    description: 'Duration of operations of the session store.',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  })
  const wrapped = (name: string, method: (...args: unknown[]) => Promise<unknown>) => {
    const attributes = { 'db.system.name': system, 'db.operation.name': name }
    const measured = async (args: unknown[], span?: TelemetrySpan): Promise<unknown> => {
      const startedAt = performance.now()
      const outcome: Record<string, string> = {}
      try {
        return await method.apply(store, args)
      } catch (error) {
        Object.assign(outcome, failureAttributes(error))
        if (hasFailed(error)) span?.setStatus({ code: errorStatus })
        throw error
      } finally {
        histogram?.record((performance.now() - startedAt) / 1_000, { ...attributes, ...outcome })
        span?.setAttributes(outcome)
        span?.end()
      }
    }
    if (tracer === undefined) return (...args: unknown[]) => measured(args)
    const options = { kind: clientKind, attributes }
    return (...args: unknown[]) => tracer.startActiveSpan(`${name} sess`, options, (span) => measured(args, span))
  }
  const methods = methodNames.map((name) => [name, wrapped(name, Reflect.get(store, name))])
  return { supports: store.supports, ...Object.fromEntries(methods) } as Store
}

function failureAttributes(error: unknown): Record<string, string> {
  if (!isSessError(error)) return { 'error.type': error instanceof Error ? error.name : '_OTHER' }
  return {
    'error.type': error.code,
    ...(isSessError(error, 'STORE_UNAVAILABLE') && { 'sess.outcome': error.details.outcome }),
  }
}

/** Whether the store failed, rather than answer that something is not so. A caller who aborts is no failure of it. */
function hasFailed(error: unknown): boolean {
  if (isSessError(error)) return error.code === 'STORE_UNAVAILABLE'
  return !(error instanceof Error && error.name === 'AbortError')
}
