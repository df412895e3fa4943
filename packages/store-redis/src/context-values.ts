import {
  type CallOptions,
  contextPlace,
  frozenJson,
  type JsonValue,
  jsonBytes,
  type SessionCodec,
  type SessionRef,
  type SetContextOptions,
  type WriteOptions,
} from '@sess/core'
import type { Backend, ScriptCall } from './backend.ts'
import { ownerHash, token } from './keys.ts'
import { opened, openedValue, sizedText } from './payload.ts'
import { argument } from './rows.ts'
import * as scripts from './scripts.ts'
import { assertNamed } from './session-records.ts'

export async function getContext(
  backend: Backend,
  session: SessionRef,
  key: string,
  options: CallOptions | undefined,
): Promise<JsonValue | undefined> {
  const value = await backend.run(scripts.getContext, contextCall(backend, session, [key], options))
  if (value === null) return undefined
  return await opened(backend, session, options, (codec) => openedValue(codec, value as string, contextPlace(key)))
}

export async function listContext(
  backend: Backend,
  session: SessionRef,
  options: CallOptions | undefined,
): Promise<readonly (readonly [string, JsonValue])[]> {
  const call = contextCall(backend, session, [], options)
  const flat = (await backend.run(scripts.listContext, call)) as readonly string[]
  const entries = await opened(backend, session, options, (codec) => {
    const read: [string, JsonValue][] = []
    for (let at = 0; at < flat.length; at += 2) {
      const key = flat[at] ?? ''
      read.push([key, openedValue(codec, flat[at + 1] ?? 'null', contextPlace(key))])
    }
    return read
  })
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

export async function setContext(
  backend: Backend,
  session: SessionRef,
  entries: readonly (readonly [string, JsonValue])[],
  options: SetContextOptions,
): Promise<void> {
  const { operationId, maxKeys, maxBytes } = options
  // Of a key that is given twice, the last value counts.
  const values = new Map(entries.map(([key, value]) => [key, frozenJson(value, `context.${key}`)]))
  const args = [token(operationId), argument(maxKeys), argument(maxBytes)]
  const codec = (await backend.codecs?.of(session, options)) ?? null
  for (const [key, value] of values) args.push(key, `${jsonBytes(key)}`, textIn(codec, key, value))
  const limits = { keys: maxKeys, bytes: maxBytes }
  await backend.run(scripts.setContext, contextCall(backend, session, args, options, { limits }))
}

export async function deleteContext(
  backend: Backend,
  session: SessionRef,
  key: string,
  options: WriteOptions,
): Promise<boolean> {
  const args = [token(options.operationId), key, `${jsonBytes(key)}`]
  return Number(await backend.run(scripts.deleteContext, contextCall(backend, session, args, options))) === 1
}

function textIn(codec: SessionCodec | null, key: string, value: JsonValue): string {
  if (codec === null) return JSON.stringify(value)
  return sizedText(codec.encode(value, contextPlace(key)), jsonBytes(value))
}

function contextCall(
  { keys }: Backend,
  session: SessionRef,
  args: readonly string[],
  options: CallOptions | undefined,
  about: ScriptCall['about'] = {},
): ScriptCall {
  assertNamed(session)
  return {
    keys: [keys.session(session.id), keys.context(session.id)],
    args: [ownerHash(session.owner), ...args],
    about: { sessionId: session.id, ...about },
    options,
  }
}
