import type { NewMessage, NewStoredSession } from '@sess/core'
import type { Contestant } from '../measure.ts'
import { newSession, owner } from '../samples.ts'
import { BareMap, CarefulMap, type Floor } from './floors.ts'

/** A chat that keeps `limit` messages and is full already. */
export interface FullChat {
  readonly earlier: readonly NewMessage[]
  readonly limit: number
}

export const bare = 'bare Map'
export const careful = 'careful Map'

export function floorAppends(messages: readonly NewMessage[], full?: FullChat): Contestant[] {
  return onFloors(full?.limit, async (floor) => {
    const sessionId = await sessionWith(floor, full?.earlier ?? [])
    return async () => {
      for (const message of messages) await floor.append(sessionId, message)
    }
  })
}

export function floorReads(messages: readonly NewMessage[], operations: number): Contestant[] {
  return onFloors(undefined, async (floor) => {
    const sessionId = await sessionWith(floor, messages)
    return async () => {
      for (let count = 0; count < operations; count++) await floor.readLast(sessionId, 50)
    }
  })
}

export function floorCreates(makeSessions: () => readonly NewStoredSession[]): Contestant[] {
  return onFloors(undefined, async (floor) => {
    const sessions = makeSessions()
    return async () => {
      for (const session of sessions) {
        await floor.createSession(session)
        await floor.getSession(session.id)
      }
    }
  })
}

function onFloors(limit: number | undefined, prepare: (floor: Floor) => Promise<() => Promise<void>>): Contestant[] {
  return [
    { name: bare, prepare: () => prepare(new BareMap()) },
    { name: careful, prepare: () => prepare(new CarefulMap(limit)) },
  ]
}

async function sessionWith(floor: Floor, messages: readonly NewMessage[]): Promise<string> {
  const session = newSession(owner())
  await floor.createSession(session)
  for (const message of messages) await floor.append(session.id, message)
  return session.id
}
