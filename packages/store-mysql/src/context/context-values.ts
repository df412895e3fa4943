import {
  assertWritable,
  contextPlace,
  frozenJson,
  invalidArgument,
  type JsonValue,
  jsonBytes,
  SessError,
  type SessionRef,
  type SetContextOptions,
  utf8Bytes,
} from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import { recordActivity } from '../sessions/expiry.ts'
import { lockSession } from '../sessions/lookup.ts'
import { isDone, rememberDone } from '../sessions/operations.ts'
import { saveSession } from '../sessions/save-session.ts'
import type { StoreParts } from '../store-parts.ts'

/** Longest key the table takes, in bytes. */
const maxNameBytes = 1024

interface Entry {
  readonly name: Buffer
  readonly bytes: number
  readonly value: string | Buffer
}

interface CopiedEntry extends Entry {
  readonly key: string
  readonly copy: JsonValue
}

export async function setContext(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  given: readonly (readonly [string, JsonValue])[],
  { operationId, maxKeys, maxBytes }: SetContextOptions,
): Promise<void> {
  const entries = await sealedEntries(parts, call, ref, entriesOf(given, parts.limits.messageBytes))
  const { db, named } = parts.builder
  await parts.database.write(call, async (transaction) => {
    const session = await lockSession(parts, transaction, ref)
    if (isDone(session, operationId)) return
    assertWritable(session)
    const after = { ...session, operations: session.operations }
    if (entries.length > 0) {
      const names = entries.map(({ name }) => name)
      const before = await transaction.rows(
        db
          .selectFrom(named('context'))
          .select('bytes')
          .where('session_id', '=', session.key)
          .where('name', 'in', sql<Buffer>`(${names})`),
      )
      after.contextKeys += entries.length - before.length
      after.contextBytes += sum(entries) - sum(before)
    }
    assertWithin('keys', after.contextKeys, maxKeys)
    assertWithin('bytes', after.contextBytes, maxBytes)
    for (const { name } of entries)
      if (name.length > maxNameBytes) throw invalidArgument('key', `must have at most ${maxNameBytes} bytes`)
    for (const rows of batches(entries, parts.limits.statementBytes))
      await transaction.run(
        db
          .insertInto(named('context'))
          .values(rows.map((entry) => ({ session_id: session.key, ...entry })))
          .onDuplicateKeyUpdate({ bytes: sql<number>`values(bytes)`, value: sql<string>`values(value)` }),
      )
    recordActivity(after, session.now)
    rememberDone(after, operationId)
    await saveSession(parts, transaction, session, after)
  })
}

export async function deleteContext(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  key: string,
  operationId: string,
): Promise<boolean> {
  const { db, named } = parts.builder
  return await parts.database.write(call, async (transaction) => {
    const session = await lockSession(parts, transaction, ref)
    if (isDone(session, operationId)) return true
    assertWritable(session)
    const name = Buffer.from(key)
    const [entry] = await transaction.rows(
      db.selectFrom(named('context')).select('bytes').where('session_id', '=', session.key).where('name', '=', name),
    )
    if (entry === undefined) return false
    await transaction.run(
      db.deleteFrom(named('context')).where('session_id', '=', session.key).where('name', '=', name),
    )
    const contextBytes = session.contextBytes - Number(entry.bytes)
    const after = { ...session, contextKeys: session.contextKeys - 1, contextBytes }
    recordActivity(after, session.now)
    rememberDone(after, operationId)
    await saveSession(parts, transaction, session, after)
    return true
  })
}

/** The entries as they are kept. */
async function sealedEntries(
  { codecs }: StoreParts,
  call: Call,
  ref: SessionRef,
  entries: readonly CopiedEntry[],
): Promise<readonly Entry[]> {
  const codec = codecs === null ? null : await codecs.of(ref, call)
  return entries.map(({ key, copy, name, bytes, value }) => ({
    name,
    bytes,
    value: codec === null ? value : Buffer.from(codec.encode(copy, contextPlace(key))),
  }))
}

/** The last value of each key, copied. */
function entriesOf(given: readonly (readonly [string, JsonValue])[], maxBytes: number): readonly CopiedEntry[] {
  const entries = new Map<string, CopiedEntry>()
  for (const [key, value] of given) {
    if (typeof key !== 'string' || !key.isWellFormed()) throw invalidArgument('key', 'must be well-formed text')
    const copy = frozenJson(value, `context.${key}`)
    const bytes = jsonBytes(key) + jsonBytes(copy)
    const text = JSON.stringify(copy)
    if (utf8Bytes(text) * 2 > maxBytes)
      throw new SessError('TOO_LARGE', `the value has ${bytes} bytes, the server takes ${maxBytes >> 1}`, {
        field: 'context',
        bytes,
        maxBytes: maxBytes >> 1,
      })
    entries.set(key, { key, copy, name: Buffer.from(key), bytes, value: text })
  }
  return [...entries.values()]
}

/** As many at once as a statement takes. */
function* batches(entries: readonly Entry[], maxBytes: number): Generator<readonly Entry[], void, undefined> {
  let batch: Entry[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = entry.bytes * 2 + maxNameBytes * 2
    if (batch.length > 0 && bytes + size > maxBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sum(entries: readonly { readonly bytes: number }[]): number {
  return entries.reduce((total, { bytes }) => total + Number(bytes), 0)
}

/** @throws {@link SessError} `CONTEXT_LIMIT_REACHED`. */
function assertWithin(unit: 'keys' | 'bytes', count: number, limit: number | null): void {
  if (limit === null || count <= limit) return
  throw new SessError('CONTEXT_LIMIT_REACHED', `at most ${limit} ${unit} of context are allowed`, { limit, unit })
}
