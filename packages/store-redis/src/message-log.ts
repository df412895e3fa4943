import {
  type AppendOptions,
  type AppendResult,
  type CallOptions,
  type ChatRef,
  invalidArgument,
  type Message,
  type MessagePage,
  type MessageRange,
  type NewMessage,
  type RewriteOptions,
} from '@sess/core'
import type { Backend } from './backend.ts'
import { chatCall } from './chat-records.ts'
import { ownerHash, token } from './keys.ts'
import { assertFewMessages, type Element, messageArguments, messageOf } from './message-rows.ts'
import { opened } from './payload.ts'
import { argument } from './rows.ts'
import * as scripts from './scripts.ts'
import {
  copiedMessages,
  isSealed,
  openedMessage,
  plainMessage,
  type SealedElement,
  sealedArguments,
} from './sealed-messages.ts'
import { assertNamed } from './session-records.ts'

export async function appendMessages(
  backend: Backend,
  ref: ChatRef,
  messages: readonly NewMessage[],
  options: AppendOptions | undefined,
): Promise<AppendResult> {
  assertNamed(ref.session)
  const { id, session } = ref
  const fence = options?.fence
  const ids = messages.map((one) => one.id)
  const encoded = argumentsOf(backend, ref, messages, options)
  const [described, ...elements] = encoded instanceof Promise ? await encoded : encoded
  const chat = backend.keys.chatName(id, session.id)
  const args = [`${ownerHash(session.owner)}${chat}\0${argument(fence)}\0${described}`, ...elements]
  const reply = await backend.run(scripts.appendMessages, {
    keys: [backend.keys.session(session.id)],
    args,
    weight: messages.length,
    about: { sessionId: session.id, chatId: id, fence, messageIds: ids },
    options,
  })
  return resultOf(reply as string)
}

export async function rewriteMessages(
  backend: Backend,
  ref: ChatRef,
  keepThrough: number,
  messages: readonly NewMessage[],
  options: RewriteOptions,
): Promise<AppendResult> {
  assertNamed(ref.session)
  const { operationId, fence, expectedLastSeq } = options
  const args = [token(operationId), argument(fence), `${keepThrough}`, argument(expectedLastSeq)]
  const encoded = await argumentsOf(backend, ref, messages, options)
  const call = chatCall(backend, ref, [...args, ...encoded], options, {
    fence,
    expectedVersion: expectedLastSeq,
    messageIds: messages.map((one) => one.id),
  })
  return resultOf((await backend.run(scripts.rewriteMessages, call)) as string)
}

export async function readMessages(
  backend: Backend,
  ref: ChatRef,
  range: MessageRange,
  options: CallOptions | undefined,
): Promise<MessagePage> {
  const args = rangeArguments(range)
  assertNamed(ref.session)
  const newest = args[0] === 'newest' ? await readNewest(backend, ref, range.limit, options) : null
  if (newest !== null) return newest
  const reply = await backend.run(scripts.readMessages, chatCall(backend, ref, args, options))
  const [firstSeq, lastSeq, elements] = reply as readonly [string, string, readonly string[]]
  return {
    messages: await messagesOf(backend, ref, elements, options),
    firstSeq: Number(firstSeq),
    lastSeq: Number(lastSeq),
  }
}

/**
 * The newest messages, by two commands that go together: LRANGE, which is ten times as fast outside of Lua, and a script that
 * tells whose they are. Elements know their seq, so it shows if somebody wrote between the two.
 *
 * @returns null if somebody did.
 */
async function readNewest(
  backend: Backend,
  ref: ChatRef,
  limit: number,
  options: CallOptions | undefined,
): Promise<MessagePage | null> {
  const list = ['lrange', backend.keys.messages(ref.id, ref.session.id), `${-limit}`, '-1']
  const [elements, span] = await backend.runBehind(list, scripts.chatSpan, chatCall(backend, ref, [], options))
  const [firstSeq = 0, lastSeq = 0] = (span as string).split(' ').map(Number)
  const messages = await messagesOf(backend, ref, elements as readonly string[], options)
  if (messages.length === 0 ? lastSeq >= firstSeq : messages.at(-1)?.seq !== lastSeq) return null
  return { messages: messages.filter(({ seq }) => seq >= firstSeq), firstSeq, lastSeq }
}

/** The arguments for messages: one that describes them, and their elements. Without a codec nothing is waited for. */
function argumentsOf(
  { codecs }: Backend,
  { id, session }: ChatRef,
  messages: readonly NewMessage[],
  options: CallOptions | undefined,
): readonly string[] | Promise<readonly string[]> {
  assertFewMessages(messages)
  if (codecs === null) return messageArguments(messages)
  const copies = copiedMessages(messages)
  return codecs.of(session, options).then((codec) => sealedArguments(codec, id, copies))
}

function messagesOf(
  backend: Backend,
  { id, session }: ChatRef,
  elements: readonly string[],
  options: CallOptions | undefined,
): Promise<readonly Message[]> {
  return opened(backend, session, options, (codec) =>
    elements.map((text) => {
      const element = JSON.parse(text) as Element | SealedElement
      if (isSealed(element)) return openedMessage(codec, id, element)
      const message = messageOf(element)
      return codec === null ? message : plainMessage(codec, id, message)
    }),
  )
}

/** "now firstSeq seq…", where a seq that was there already has a 'k' before it. */
function resultOf(reply: string): AppendResult {
  const [storedAt, firstSeq, ...seqs] = reply.trim().split(' ')
  return {
    seqs: seqs.map((seq) => Number(seq.startsWith('k') ? seq.slice(1) : seq)),
    written: seqs.map((seq) => !seq.startsWith('k')),
    storedAt: Number(storedAt),
    firstSeq: Number(firstSeq),
  }
}

function rangeArguments({ before, after, offset, limit }: MessageRange): readonly string[] {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidArgument('limit', 'must be a whole number from 1 to 1,000')
  const places = Object.entries({ before, after, offset }).filter(([, place]) => place !== undefined)
  if (places.length > 1) throw invalidArgument('range', 'takes one of before, after and offset')
  const [[kind, place] = ['newest', 0]] = places
  if (!(Number(place) >= 0)) throw invalidArgument(kind, 'must be a number from 0 up')
  const whole = kind === 'before' ? Math.ceil(Number(place)) : Math.floor(Number(place))
  return [kind, `${Math.min(whole, Number.MAX_SAFE_INTEGER)}`, `${limit}`]
}
