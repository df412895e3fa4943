import type { JsonValue } from '@sess/core'
import { literalText, parsedText } from './reference.ts'
import type { ServerConfig } from './server-config.ts'

/** What keys that are given out look like. */
const formats = [
  /\bgh[pousr]_[A-Za-z0-9]{36}/, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{22}/,
  /\bglpat-[\w-]{20}/, // GitLab
  /\bsk-[\w-]{20}/, // OpenAI, Anthropic
  /\b[sr]k_(live|test)_[A-Za-z0-9]{16}/, // Stripe
  /\bxox[abeoprs]-[A-Za-z0-9-]{10}/, // Slack
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/, // AWS
  /\bAIza[\w-]{35}/, // Google
  /\bya29\.[\w-]{20}/,
  /\bnpm_[A-Za-z0-9]{36}/,
  /\bhf_[A-Za-z0-9]{30}/, // Hugging Face
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/, // SendGrid
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./, // a JWT
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/:@]+@/i, // a password in an address
]

const secretWords = new Set([
  ...['token', 'secret', 'password', 'passwd', 'pwd', 'passphrase', 'apikey', 'authorization', 'cookie'],
  ...['credential', 'credentials', 'bearer', 'jwt', 'pat', 'signature', 'sig'],
])
const joined = /(api|access|auth|secret|private|client|bearer)(key|token|secret)$/
const ofKeys = new Set([
  ...['api', 'access', 'secret', 'private', 'auth', 'encryption', 'signing', 'master', 'service', 'account'],
  ...['subscription', 'license', 'app', 'client', 'admin', 'session', 'shared', 'storage'],
])

/** The name of the first field that holds a secret itself, null if none does. */
export function inlineSecret(config: ServerConfig): string | null {
  for (const [field, name, text] of textsOf(config)) {
    const literal = literalText(text)
    if (formats.some((format) => format.test(literal))) return field
    if (isSecretName(name) && !isHarmless(text)) return field
  }
  return null
}

/** Every text with where it is and what it is called there. */
function* textsOf(config: ServerConfig): Generator<readonly [field: string, name: string, text: string]> {
  if (config.transport === 'stdio') {
    yield ['command', '', config.command]
    yield* textsOfArgs(config.args ?? [])
    for (const [name, value] of Object.entries(config.env ?? {})) yield [`env.${name}`, name, value]
  } else if (config.transport === 'in-process') yield* textsOfJson(config.options ?? {}, 'options', '')
  else {
    yield ['url', '', config.url]
    for (const [name, value] of new URL(literalText(config.url)).searchParams) yield ['url', name, value]
    for (const [name, value] of Object.entries(config.headers ?? {})) yield [`headers.${name}`, name, value]
    if (config.auth?.type === 'bearer') yield ['auth.token', 'token', config.auth.token]
  }
}

/** `--api-key x`, `--api-key=x`, `API_KEY=x` and `Authorization: x` are all ways to name a text. */
function* textsOfArgs(args: readonly string[]): Generator<readonly [string, string, string]> {
  for (const [index, arg] of args.entries()) {
    const field = `args[${index}]`
    const named = /^-{0,2}([A-Za-z_][\w.-]*)\s*[=:]\s*(.+)$/s.exec(arg)
    const flag = /^--?([A-Za-z][\w.-]*)$/.exec(args[index - 1] ?? '')
    if (named !== null) yield [field, named[1] ?? '', named[2] ?? '']
    else yield [field, arg.startsWith('-') ? '' : (flag?.[1] ?? ''), arg]
    if (named !== null) yield [field, '', arg]
  }
}

function* textsOfJson(value: JsonValue, field: string, name: string): Generator<readonly [string, string, string]> {
  if (typeof value === 'string') yield [field, name, value]
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* textsOfJson(item, `${field}.${key}`, key)
}

/** Whether something of this name is a secret, going by its last words: `API_KEY` is, `API_KEY_FILE` and `MAX_TOKENS` are not. */
function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word))
  const last = words.at(-1)?.replace(/\d+$/, '')
  if (last === undefined) return false
  const before = words.at(-2)
  if (last === 'key') return before === undefined || before === 'x' || ofKeys.has(before)
  return secretWords.has(last) || joined.test(words.join(''))
}

/** References with at most the name of a scheme before them, nothing at all, a switch, or where a file is. */
function isHarmless(text: string): boolean {
  const pieces = parsedText(text) ?? [text]
  const literal = literalText(text).trim()
  if (pieces.length > 1) return /^(|basic|bearer|token|apikey)$/i.test(literal)
  return literal === '' || /^(true|false|yes|no|on|off|none|null)$/i.test(literal) || isPath(literal)
}

function isPath(text: string): boolean {
  return /^(\/|\.{1,2}\/|~\/)([\w.-]{1,40}\/)*[\w.-]{1,40}$/.test(text)
}
