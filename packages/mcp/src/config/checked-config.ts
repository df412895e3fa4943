import { frozenJsonObject, isSessError, type JsonObject, type JsonValue, jsonBytes, SessError } from '@sess/core'
import { configInvalid } from '../mcp-error.ts'
import { inlineSecret } from './inline-secret.ts'
import { hasReference, literalText, parsedText } from './reference.ts'
import type { ServerConfig } from './server-config.ts'

const maxBytes = 16_384
const maxEntries = 64
const serverId = /^[a-z0-9][a-z0-9-]{0,31}$/
const variable = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/
const factoryName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

const keysOf: Readonly<Record<string, readonly string[]>> = {
  stdio: ['id', 'required', 'transport', 'command', 'args', 'env'],
  http: ['id', 'required', 'transport', 'url', 'headers', 'auth'],
  sse: ['id', 'required', 'transport', 'url', 'headers', 'auth'],
  'in-process': ['id', 'required', 'transport', 'factory', 'options'],
}

/**
 * A frozen copy of a configuration.
 *
 * @throws {@link SessError} `MCP_CONFIG_INVALID` naming the field; `MCP_SECRET_INLINE` if it holds a secret where only a reference may be.
 */
export function checkedConfig(input: unknown): ServerConfig {
  const config = plainObject(input)
  const { id, transport, required } = config
  if (typeof id !== 'string' || !serverId.test(id))
    throw configInvalid('id', 'must be 1 to 32 lower-case letters, digits and -, and begin with no -')
  const fail = (field: string, problem: string) => configInvalid(field, problem, { server: id })
  const keys = Object.hasOwn(keysOf, String(transport)) ? keysOf[String(transport)] : undefined
  if (keys === undefined) throw fail('transport', "must be 'stdio', 'http', 'sse' or 'in-process'")
  const unknown = Object.keys(config).find((key) => !keys.includes(key))
  if (unknown !== undefined) throw fail(unknown, `is unknown; with ${transport} there are ${keys.join(', ')}`)
  if (required !== undefined && typeof required !== 'boolean') throw fail('required', 'must be true or false')
  if (jsonBytes(config) > maxBytes) throw fail('config', `has more than ${maxBytes} bytes`)
  if (transport === 'stdio') assertStdio(config, fail)
  else if (transport === 'in-process') assertInProcess(config, fail)
  else assertHttp(config, fail)
  const field = inlineSecret(config as unknown as ServerConfig)
  if (field !== null)
    throw new SessError('MCP_SECRET_INLINE', `${id}: ${field} holds a secret; write a reference such as \${env:NAME}`, {
      server: id,
      field,
      reason: 'a reference is needed in its place',
    })
  return config as unknown as ServerConfig
}

type Fail = (field: string, problem: string) => SessError

function plainObject(input: unknown): JsonObject {
  try {
    return frozenJsonObject(input, 'config')
  } catch (error) {
    if (isSessError(error, 'INVALID_ARGUMENT'))
      throw configInvalid(error.details.field, error.message.slice(error.details.field.length + 1))
    throw error
  }
}

function assertStdio({ command, args, env }: JsonObject, fail: Fail): void {
  if (typeof command !== 'string' || command === '') throw fail('command', 'is missing')
  if (hasReference(command) || command.includes('${')) throw fail('command', 'must not have references')
  if (hasControls(command)) throw fail('command', 'must not have control characters')
  if (command.includes('\\')) throw fail('command', 'must not have backslashes')
  if (command.includes('/') && !command.startsWith('/'))
    throw fail('command', 'must be an absolute path or a name, not a relative path')
  if (args !== undefined) {
    if (!Array.isArray(args) || args.length > maxEntries) throw fail('args', `must be at most ${maxEntries} texts`)
    for (const [index, arg] of args.entries()) assertText(arg, `args[${index}]`, fail)
  }
  for (const [name, value] of entriesOf(env, 'env', fail)) {
    if (!variable.test(name)) throw fail('env', 'has a name that is none for a variable')
    assertText(value, `env.${name}`, fail)
  }
}

function assertHttp({ url, headers, auth }: JsonObject, fail: Fail): void {
  if (url === undefined) throw fail('url', 'is missing')
  assertText(url, 'url', fail)
  const place = literalText(url, 'x')
  if (!URL.canParse(place)) throw fail('url', 'must be an absolute address')
  const { protocol, username, hash } = new URL(place)
  if (protocol !== 'https:' && protocol !== 'http:') throw fail('url', 'must begin with https: or http:')
  if (username !== '') throw fail('url', 'must not name a user; send a header')
  if (hash !== '') throw fail('url', 'must not have a fragment')
  for (const [name, value] of entriesOf(headers, 'headers', fail)) {
    if (!headerName.test(name)) throw fail('headers', 'has a name that is none for a header')
    assertText(value, `headers.${name}`, fail)
    if (hasControls(value)) throw fail(`headers.${name}`, 'must not have control characters')
  }
  if (auth !== undefined) assertAuth(auth, fail)
}

function assertAuth(auth: JsonValue, fail: Fail): void {
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth)) throw fail('auth', 'must be an object')
  const { type, token, provider, ...others } = auth as JsonObject
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw fail(`auth.${unknown}`, 'is unknown; there are type, token and provider')
  if (type === 'bearer') {
    assertText(token, 'auth.token', fail)
    if (token === '') throw fail('auth.token', 'is missing')
  } else if (type === 'oauth') {
    if (typeof provider !== 'string' || provider === '') throw fail('auth.provider', 'is missing')
  } else if (type !== 'none') throw fail('auth.type', "must be 'none', 'bearer' or 'oauth'")
}

function assertInProcess({ factory, options }: JsonObject, fail: Fail): void {
  if (typeof factory !== 'string' || !factoryName.test(factory)) throw fail('factory', 'must be the name of a factory')
  if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options)))
    throw fail('options', 'must be an object')
}

function entriesOf(value: JsonValue | undefined, field: string, fail: Fail): readonly [string, JsonValue][] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail(field, 'must be an object')
  const entries = Object.entries(value as JsonObject)
  if (entries.length > maxEntries) throw fail(field, `must have at most ${maxEntries} entries`)
  return entries
}

function assertText(value: JsonValue | undefined, field: string, fail: Fail): asserts value is string {
  if (typeof value !== 'string') throw fail(field, 'must be text')
  if (value.includes('\0')) throw fail(field, 'must not have a null')
  if (parsedText(value) === null) throw fail(field, `has a \${ that begins no reference such as \${env:NAME}`)
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text)
}
