import { randomBytes } from 'node:crypto'

/** One program that a host has started, or is about to. */
export interface ProcessRecord {
  readonly hostId: number
  readonly hostStartTicks: number
  /** Both 0 until it was started. */
  readonly groupId: number
  readonly groupStartTicks: number
  readonly token: string
}

export function newRecord(host: { readonly hostId: number; readonly hostStartTicks: number }): ProcessRecord {
  return { ...host, groupId: 0, groupStartTicks: 0, token: randomBytes(8).toString('hex') }
}

/** A record is the name of an empty file: it is never half-written, and one listing of the folder reads them all. */
export function recordName(record: ProcessRecord): string {
  const { hostId, hostStartTicks, groupId, groupStartTicks, token } = record
  return [hostId, hostStartTicks, groupId, groupStartTicks, token].join('-')
}

export function parseRecord(name: string): ProcessRecord | undefined {
  const match = /^(\d{1,10})-(\d{1,16})-(\d{1,10})-(\d{1,16})-([0-9a-f]{16})$/.exec(name)
  if (match === null) return undefined
  const [hostId = 0, hostStartTicks = 0, groupId = 0, groupStartTicks = 0] = match.slice(1, 5).map(Number)
  return { hostId, hostStartTicks, groupId, groupStartTicks, token: match[5] ?? '' }
}
