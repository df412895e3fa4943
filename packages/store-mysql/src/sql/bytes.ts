import { hash } from 'node:crypto'
import { isId, type Owner } from '@sess/core'

/** The 16 bytes of an id, or null if it is none: then nothing has it. */
export function idBytes(id: string): Buffer | null {
  return isId(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : null
}

export function idText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** What the tables know an owner by. Two owners never share it; names can be long and are opaque. */
export function ownerBytes({ orgId, userId }: Owner): Buffer {
  return digest(`u${orgId.length}:${orgId}${userId}`)
}

/** What the tables know an organisation by. In the order of keys they come after all ids, which begin with the time. */
export function orgBytes(orgId: string): Buffer {
  const bytes = digest(`o${orgId}`)
  bytes[0] = 0xfe
  return bytes
}

/** The scope of the whole store: the last of all keys, so that rows that all want are locked last. */
export const storeScope: Buffer = Buffer.alloc(16, 0xff)

/** Operation, turn and claim ids are UUIDs, but nothing is made of that: any text can be one. */
export function operationBytes(operationId: string): Buffer {
  return digest(operationId)
}

/** Of the UTF-16 units: UTF-8 has one replacement for every half of a surrogate pair. */
function digest(text: string): Buffer {
  return hash('sha256', Buffer.from(text, 'utf16le'), 'buffer').subarray(0, 16)
}
