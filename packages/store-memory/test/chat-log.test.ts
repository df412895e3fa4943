import type { Message } from '@sess/core'
import { expect, test } from 'vitest'
import { ChatLog } from '../src/chat-log.ts'
import { MessageBuffer } from '../src/message-buffer.ts'

const message = (seq: number, id = `m${String(seq).padStart(6, '0')}`): Message => ({
  id,
  seq,
  role: 'user',
  content: 'x',
  createdAt: 0,
})

test('message buffer: after any additions and removals at both ends it holds what a plain list would', () => {
  for (const seed of [1, 2, 3]) {
    const buffer = new MessageBuffer(5)
    let model: Message[] = []
    let firstSeq = 5
    for (let step = 0; step < 20_000; step++) {
      const choice = Math.imul(step * 2654435761, seed) >>> 0
      const growing = step % 4000 < 2500
      if (choice % 10 < (growing ? 8 : 2)) {
        const added = message(firstSeq + model.length)
        buffer.push(added)
        model.push(added)
      } else if (choice % 2 === 0) {
        expect(buffer.dropOldest()).toBe(model[0])
        if (model.length > 0) firstSeq++
        model = model.slice(1)
      } else expect(buffer.dropNewest()).toBe(model.pop())
      if (step % 97 > 0) continue
      expect([buffer.firstSeq, buffer.lastSeq, buffer.length]).toEqual([
        firstSeq,
        firstSeq + model.length - 1,
        model.length,
      ])
      expect(buffer.newest).toBe(model.at(-1))
      for (const [from, to] of [
        [0, 1e6],
        [firstSeq - 3, firstSeq + 2],
        [firstSeq + 250, firstSeq + 600],
      ] as const) {
        expect(buffer.range(from, to)).toEqual(model.filter(({ seq }) => seq >= from && seq < to))
      }
      for (const there of [model[0], model.at(-1), model[300]]) if (there) expect(buffer.at(there.seq)).toBe(there)
      expect([buffer.at(firstSeq - 1), buffer.at(firstSeq + model.length)]).toEqual([undefined, undefined])
    }
  }
})

test('message buffer: a range handed out does not change with the chat', () => {
  const buffer = new MessageBuffer(1)
  for (let seq = 1; seq <= 10; seq++) buffer.push(message(seq))
  const range = buffer.range(1, 11)
  buffer.dropOldest()
  buffer.dropNewest()
  expect(range.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('chat log: finds every id, and no other, whether ids came in order or not', () => {
  const orders: readonly ((index: number) => string)[] = [
    (index) => `m${1000 + index}`,
    (index) => `m${9000 - index}`,
    (index) => `m${1000 + ((index * 617) % 1000)}`,
    // One id out of order, late, in a chat that had no index until then.
    (index) => (index === 700 ? 'm0001' : `m${1000 + index}`),
  ]
  for (const idOf of orders) {
    const log = new ChatLog(1)
    for (let index = 0; index < 1000; index++) {
      expect(log.find(idOf(index))).toBe(undefined)
      log.push(message(index + 1, idOf(index)))
    }
    for (let index = 0; index < 1000; index++) expect(log.find(idOf(index))?.seq).toBe(index + 1)
    for (const id of ['', 'm', 'm1000x', 'm5', 'z']) expect(log.find(id)).toBe(undefined)
    log.trim(400)
    log.dropAfter(800)
    for (let seq = 1; seq <= 1000; seq++)
      expect(log.find(idOf(seq - 1))?.seq).toBe(seq > 600 && seq <= 800 ? seq : undefined)
  }
})

test('chat log: an id is free again when its message was removed or trimmed', () => {
  const log = new ChatLog(1)
  for (let seq = 1; seq <= 5; seq++) log.push(message(seq))
  log.dropAfter(3)
  log.push(message(4, message(5).id))
  log.trim(3)
  log.push(message(5, message(1).id))
  expect(log.find(message(1).id)?.seq).toBe(5)
  expect(log.find(message(5).id)?.seq).toBe(4)
})
