import { expect, test } from 'vitest'
import { CallGate } from '../src/clients/call-gate.ts'
import { reconnectDelayMs } from '../src/clients/reconnect-delay.ts'
import { defaultMcpLimits } from '../src/hub-options.ts'
import { failure } from './failures.ts'

const limits = { ...defaultMcpLimits, callsPerServer: 2, callsPerSession: 3, queuedCalls: 2 }

/** Whether the promise is settled already. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol()
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

test('calls beyond the limit of a server wait, and go in the order they came', async () => {
  const gate = new CallGate(limits)
  const leaves = [await gate.enter('a', 1_000), await gate.enter('a', 1_000)]
  const order: string[] = []
  const third = gate.enter('a', 1_000).then((leave) => order.push('third') && leave)
  const fourth = gate.enter('a', 1_000).then((leave) => order.push('fourth') && leave)
  leaves[0]?.()
  leaves[1]?.()
  await Promise.all([third, fourth])
  expect(order).toEqual(['third', 'fourth'])
})

test('one that waits for a server that is full keeps nobody from another one', async () => {
  const gate = new CallGate(limits)
  await gate.enter('a', 1_000)
  await gate.enter('a', 1_000)
  const waiting = gate.enter('a', 1_000)
  await gate.enter('b', 1_000)
  expect(await isSettled(waiting)).toBe(false)
})

test('the limit of the session holds for all servers together', async () => {
  const gate = new CallGate(limits)
  const leave = await gate.enter('a', 1_000)
  await gate.enter('b', 1_000)
  await gate.enter('c', 1_000)
  const waiting = gate.enter('d', 1_000)
  expect(await isSettled(waiting)).toBe(false)
  leave()
  await waiting
})

test('one more than may wait is refused, and one that waited in vain', async () => {
  const gate = new CallGate({ ...limits, callsPerSession: 1 })
  await gate.enter('a', 1_000)
  const first = failure(() => gate.enter('a', 5))
  const second = failure(() => gate.enter('a', 5))
  expect((await failure(() => gate.enter('b', 1_000))).code).toBe('MCP_BUSY')
  expect([(await first).code, (await second).code]).toEqual(['MCP_BUSY', 'MCP_BUSY'])
  expect(await isSettled(gate.enter('a', 1_000))).toBe(false)
})

test('whoever gives up frees the place in the queue, and takes none later', async () => {
  const gate = new CallGate({ ...limits, callsPerSession: 1 })
  const leave = await gate.enter('a', 1_000)
  const stop = new AbortController()
  const gone = gate.enter('a', 1_000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(gone).rejects.toThrow('enough')
  leave()
  leave()
  await gate.enter('a', 1_000)
  await expect(gate.enter('a', 5, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  expect((await failure(() => gate.enter('a', 5))).code).toBe('MCP_BUSY')
})

test('tries to connect again come half a second apart at first, and half a minute at last', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((failures) => reconnectDelayMs(failures, () => 1))
  expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  expect(reconnectDelayMs(3, () => 0)).toBe(1_000)
})
