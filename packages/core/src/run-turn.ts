import { untilAbort } from './abort.ts'
import { type Agent, agentEvents, type Turn } from './agent.ts'
import { chatPlace, noticingLimits } from './announcer.ts'
import { toChatRecord } from './chat-record.ts'
import { isSessError, SessError } from './errors.ts'
import type { TurnOutcome } from './events.ts'
import type { HeldTurn } from './held-turn.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, NewMessage } from './message.ts'
import { repairChat } from './repair-chat.ts'
import { repairHistory } from './repair-history.ts'
import { type Reply, replyOf, type SendOptions, type StreamEvent } from './reply.ts'
import { SessionContext } from './session-context.ts'
import { toSessionRecord } from './session-record.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { ChatRef } from './store/refs.ts'
import { storedMessages } from './stored-messages.ts'
import { Transcript } from './transcript.ts'
import { checkedWhenBusy } from './turn-settings.ts'

/**
 * Runs one turn: begins it, appends the user's message, lets the agent answer, appends what it says under the fence, ends it.
 * Leaving the loop early stops the agent; what it said until then is kept, marked `interrupted`.
 */
export async function* runTurn(
  parts: ManagerParts,
  chat: ChatRef,
  message: NewMessage,
  options: SendOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { agent } = parts
  if (agent === null) throw new SessError('AGENT_MISSING', 'the manager was given no agent', {})
  const whenBusy = checkedWhenBusy(options.whenBusy ?? parts.turns.settings.whenBusy, 'whenBusy')
  const held = await parts.turns.begin(chat, whenBusy, options.signal)
  const stop = (): void => held.stop(options.signal?.reason)
  options.signal?.addEventListener('abort', stop, { once: true })

  const work = new TurnWork(parts, held)
  // A consumer that leaves the loop early ends here without an error.
  let outcome: TurnOutcome = 'interrupted'
  let reply: Reply | null = null
  try {
    reply = yield* work.run(agent, message)
    outcome = 'completed'
  } catch (error) {
    outcome = held.lost ? 'lost' : held.signal.aborted ? 'interrupted' : 'failed'
    throw work.explained(error, outcome)
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await work.finish(outcome)
  }
  yield { type: 'done', reply }
}

class TurnWork {
  readonly #parts: ManagerParts
  readonly #held: HeldTurn
  readonly #transcript: Transcript
  readonly #spoken: Message[] = []
  readonly #startedAt = performance.now()
  #agentAsked = false

  constructor(parts: ManagerParts, held: HeldTurn) {
    this.#parts = parts
    this.#held = held
    const { limits } = toSessionRecord(held.grant.session)
    this.#transcript = new Transcript(held.id, limits.bytesPerMessage ?? parts.limits.bytesPerMessage)
  }

  async *run(agent: Agent, input: NewMessage): AsyncGenerator<StreamEvent, Reply, undefined> {
    const { id: turnId, chat, grant, signal } = this.#held
    assertRoomForAnswer(grant.chat)
    if (grant.chat.openCalls > 0) await repairChat(this.#parts, chat, grant.fence)
    const result = await this.#append([input])
    const [message] = await storedMessages(this.#parts, chat, [input], result)
    if (message === undefined) throw new Error('the store answered an append of one message with none')
    if (result.written[0] === false) {
      const answer = await this.#earlierAnswer(message.seq)
      if (answer !== null) return replyOf(answer[0]?.turnId ?? turnId, answer, null, true)
    }

    this.#agentAsked = true
    this.#parts.announcer.tell('turn-started', { ...chatPlace(chat), turnId })
    yield { type: 'turn-started', turnId, message }
    const turn = await this.#turn(message)
    for await (const event of untilAbort(agentEvents(agent, turn, signal), signal)) {
      yield* this.#store(this.#transcript.take(event))
      if (typeof event === 'string') yield { type: 'text', text: event }
      else if (event.type === 'text' || event.type === 'reasoning') yield { type: event.type, text: event.text }
    }
    yield* this.#store([...this.#transcript.pending(false)])
    yield* this.#store(this.#transcript.closing())
    return replyOf(turnId, this.#spoken, this.#transcript.usage, false)
  }

  /** Keeps what is not kept yet, ends the turn, tells of it. Errors of the store end here: the lease runs out by itself. */
  async finish(outcome: TurnOutcome): Promise<void> {
    const { id: turnId, chat } = this.#held
    const responseMs = Math.round(performance.now() - this.#startedAt)
    // An agent may still be at work for a consumer that left, or after it failed half-way.
    if (outcome !== 'completed') this.#held.interrupt()
    try {
      if (outcome !== 'completed' && !this.#held.lost) {
        const rest = [...this.#transcript.pending(true)]
        if (rest.length > 0) for await (const _ of this.#store(rest));
        for await (const _ of this.#store(this.#transcript.closing()));
      }
    } catch (error) {
      this.#parts.logger.error({ chatId: chat.id, turnId, error }, 'a partial answer could not be kept')
    }
    try {
      await this.#held.end(outcome === 'completed' && this.#agentAsked ? responseMs : undefined)
    } catch (error) {
      this.#parts.logger.warn({ chatId: chat.id, turnId, error }, 'a turn could not be ended; its lease will run out')
    }
    if (!this.#agentAsked) return
    const place = chatPlace(chat)
    await this.#parts.announcer.announce('turn-ended', { ...place, turnId, outcome, responseMs }, place, {
      turnId,
      outcome,
      responseMs,
    })
  }

  /** The error to show: the reason of the abort, the store's own, or `AGENT_FAILED` around the agent's. */
  explained(error: unknown, outcome: TurnOutcome): unknown {
    if (outcome === 'interrupted') return this.#held.signal.reason
    if (!this.#agentAsked || outcome === 'lost' || (isSessError(error) && error.code !== 'INVALID_ARGUMENT'))
      return error
    const turnId = this.#held.id
    return new SessError('AGENT_FAILED', 'the agent failed', { turnId }, { cause: error })
  }

  async *#store(messages: readonly NewMessage[]): AsyncGenerator<StreamEvent, void, undefined> {
    if (messages.length === 0) return
    const result = await this.#append(messages)
    this.#transcript.stored(messages)
    const stored = await storedMessages(this.#parts, this.#held.chat, messages, result)
    this.#spoken.push(...stored)
    for (const message of stored) yield { type: 'message', message }
  }

  async #append(messages: readonly NewMessage[]): ReturnType<HeldTurn['append']> {
    const { owner, sessionId, chatId } = chatPlace(this.#held.chat)
    return await noticingLimits(this.#parts.announcer, { owner, sessionId, chatId }, () => this.#held.append(messages))
  }

  async #turn(message: Message): Promise<Turn> {
    const { id, chat, grant } = this.#held
    const limit = this.#parts.turns.settings.historyMessages
    const page = await this.#parts.store.readMessages(chat, { limit }, { signal: this.#held.signal })
    const session = toSessionRecord(grant.session)
    const record = toChatRecord(grant.chat)
    const prompts = [session.systemPrompt?.text ?? '', record.systemPrompt ?? ''].filter((text) => text !== '')
    return Object.freeze({
      id,
      session,
      chat: record,
      systemPrompt: prompts.join('\n\n'),
      settings: record.agent,
      messages: Object.freeze(repairHistory(page.messages).messages),
      message,
      context: new SessionContext(this.#parts, chat.session, { ...this.#parts.limits, ...session.limits }),
    })
  }

  /** The answer that followed the message when it was sent before, or null if it was not completed. */
  async #earlierAnswer(seq: number): Promise<readonly Message[] | null> {
    const page = await this.#parts.store.readMessages(this.#held.chat, { after: seq, limit: 200 })
    const next = page.messages.findIndex((message) => message.role === 'user')
    const answer = next === -1 ? page.messages : page.messages.slice(0, next)
    const last = answer.at(-1)
    return last?.role === 'assistant' && last.interrupted !== true ? answer : null
  }
}

/** A chat that rejects must have room for the message and an answer: an answer that can't be kept is money thrown away. */
function assertRoomForAnswer(chat: StoredChat): void {
  if (chat.overflow !== 'reject' || chat.maxMessages === null) return
  const room = chat.maxMessages - (chat.lastSeq - chat.firstSeq + 1)
  if (room < 2)
    throw new SessError('MESSAGE_LIMIT_REACHED', 'the chat has no room for a message and its answer', {
      limit: chat.maxMessages,
    })
}
