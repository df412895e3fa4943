import { type Attributes, context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { instrumented, newId, newSessionId, SessError, type SessionRef } from '@sess/core'
import { testSessionStore } from '@sess/core/conformance'
import { MemoryStore } from '@sess/store-memory'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ada, failure, newManager, watched } from './one-session.ts'

const spans = new InMemorySpanExporter()
const points = new InMemoryMetricExporter(AggregationTemporality.DELTA)
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 })
const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
const meters = new MeterProvider({ readers: [reader] })

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(tracers)
metrics.setGlobalMeterProvider(meters)

const telemetry = { tracer: trace.getTracer('sess'), meter: metrics.getMeter('sess'), system: 'memory' }

beforeEach(async () => {
  await reader.forceFlush()
  points.reset()
  spans.reset()
})
afterAll(async () => {
  await tracers.shutdown()
  await meters.shutdown()
})

/** The histogram's points since the test began. */
async function durations(): Promise<readonly { readonly attributes: Attributes; readonly count: number }[]> {
  await reader.forceFlush()
  const all = points.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  expect(new Set(all.map(({ descriptor: { name, unit } }) => `${name} in ${unit}`))).toEqual(
    new Set(['db.client.operation.duration in s']),
  )
  return all.flatMap(({ dataPoints }) =>
    dataPoints.map(({ attributes, value }) => ({ attributes, count: (value as { count: number }).count })),
  )
}

describe('an instrumented store keeps the contract', () => {
  testSessionStore({
    test,
    after: afterAll,
    create: async () => {
      let now = 1_700_000_000_000
      const store = instrumented(new MemoryStore({ clock: () => now }), { meter: meters.getMeter('conformance') })
      return {
        store,
        advanceTo: (instant) => {
          now = Math.max(now, instant)
        },
        dispose: () => store.close(),
      }
    },
  })
})

test('telemetry: each call is a span of the database conventions, below the span of whoever calls', async () => {
  const manager = newManager({ store: instrumented(new MemoryStore(), telemetry), agent: async () => 'Hello!' })
  await telemetry.tracer.startActiveSpan('request', async (request) => {
    const session = await manager.for(ada).createSession()
    await session.sendMessage('Hi')
    request.end()
  })
  await manager.close()
  const [request] = spans.getFinishedSpans().filter(({ name }) => name === 'request')
  const calls = spans.getFinishedSpans().filter(({ name }) => name !== 'request')
  expect(calls.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['createSession sess', 'beginTurn sess', 'appendMessages sess', 'endTurn sess']),
  )
  const inRequest = calls.filter(({ name }) => name !== 'close sess')
  expect(new Set(inRequest.map(({ parentSpanContext }) => parentSpanContext?.spanId))).toEqual(
    new Set([request?.spanContext().spanId]),
  )
  for (const { name, kind, attributes, status } of calls) {
    expect([kind, status.code]).toEqual([2, 0])
    expect(attributes).toEqual({ 'db.system.name': 'memory', 'db.operation.name': name.replace(' sess', '') })
  }
})

test('telemetry: the histogram counts every call by operation and error', async () => {
  const manager = newManager({ store: instrumented(new MemoryStore(), telemetry), limits: { sessionsPerUser: 2 } })
  await manager.for(ada).createSession()
  await manager.for(ada).createSession()
  await failure(() => manager.for(ada).createSession())
  const created = (await durations()).filter(({ attributes }) => attributes['db.operation.name'] === 'createSession')
  expect(created).toEqual([
    { attributes: { 'db.system.name': 'memory', 'db.operation.name': 'createSession' }, count: 2 },
    {
      attributes: {
        'db.system.name': 'memory',
        'db.operation.name': 'createSession',
        'error.type': 'SESSION_LIMIT_REACHED',
      },
      count: 1,
    },
  ])
  await manager.close()
})

test.each([
  ['a refusal is an answer', new SessError('SESSION_CLOSED', 'no', { sessionId: 'x' }), 0, 'SESSION_CLOSED', undefined],
  [
    'a store that is away has failed',
    new SessError('STORE_UNAVAILABLE', 'no', { outcome: 'unknown' }),
    2,
    'STORE_UNAVAILABLE',
    'unknown',
  ],
  ['so has one with a defect', new TypeError('password=hunter2'), 2, 'TypeError', undefined],
  ['a caller who leaves is no failure', new DOMException('left', 'AbortError'), 0, 'AbortError', undefined],
  ['what is thrown need not be an error', 'password=hunter2', 2, '_OTHER', undefined],
])('telemetry: %s', async (_, thrown, status, type, outcome) => {
  const broken = watched(new MemoryStore(), () => {
    throw thrown
  })
  const session: SessionRef = { id: newSessionId(ada), owner: ada }
  await expect(instrumented(broken, telemetry).getSession(session)).rejects.toBe(thrown)
  const [span] = spans.getFinishedSpans()
  expect(span?.status).toEqual({ code: status })
  expect(span?.attributes['error.type']).toBe(type)
  expect(span?.attributes['sess.outcome']).toBe(outcome)
  expect((await durations()).map(({ attributes }) => attributes['error.type'])).toEqual([type])
})

test('telemetry: nothing that users or applications wrote is in a span or a metric', async () => {
  const secret = `marker-${newId()}`
  const owner = { orgId: `org-${secret}`, userId: `user-${secret}` }
  const store = instrumented(new MemoryStore(), telemetry)
  const manager = newManager({ store, agent: async () => secret })
  const sessions = manager.for(owner)
  const session = await sessions.openSession(secret, { name: secret, tags: [secret], metadata: { secret } })
  await session.sendMessage(secret)
  await session.context.set(secret, secret)
  await failure(() => session.getChat(secret))
  await session.delete()
  await failure(() => sessions.getSession(session.id))
  await manager.close()
  const told = spans
    .getFinishedSpans()
    .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
  const all = JSON.stringify([told, await durations()])
  expect(told.length).toBeGreaterThan(10)
  for (const text of [secret, session.id]) expect(all).not.toContain(text)
})

test('telemetry: without a tracer or a meter there is nothing to do', () => {
  expect(() => instrumented(new MemoryStore(), {})).toThrow('options needs a tracer or a meter')
})
