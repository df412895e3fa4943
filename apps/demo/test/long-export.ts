import { SessionManager } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'

/** An exported session whose chat has so many messages, "message 1" to the last. */
export async function longExport(name: string, count: number): Promise<string> {
  await using manager = new SessionManager({ store: new MemoryStore() })
  const session = await manager.for({ orgId: 'any', userId: 'body' }).createSession({ name })
  const chat = await session.createChat({ name: 'Long' })
  const perWrite = 200
  for (let first = 1; first <= count; first += perWrite) {
    const messages = Array.from({ length: Math.min(perWrite, count - first + 1) }, (_, index) => {
      const number = first + index
      return { role: number % 2 === 1 ? 'user' : 'assistant', content: `message ${number}` } as const
    })
    await chat.addMessages(messages)
  }
  const pieces: Uint8Array[] = []
  for await (const piece of session.export()) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
