import { untilAbort } from './abort.ts'
import { type Agent, type AgentEvent, agentEvents, agentFailed, type Turn } from './agent.ts'
import { chatPlace, noticingLimits } from './announcer.ts'
import { toChatRecord } from './chat-record.ts'
import { SessError } from './errors.ts'
import type { TurnOutcome } from './events.ts'
import type { HeldTurn } from './held-turn.ts'
import { Inbox, withInbox } from './inbox.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, NewMessage } from './message.ts'
import { repairHistory } from './repair-history.ts'
import { type Reply, replyOf, type StreamEvent } from './reply.ts'
import { SessionContext } from './session-context.ts'
import { toSessionRecord } from './session-record.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { AppendResult } from './store/message-log.ts'
import { storedMessages } from './stored-messages.ts'
import { Transcript } from './transcript.ts'
import { turnSession } from './turn-session.ts'
import { type KeepRequest, TurnToolbox } from './turn-tools.ts'
import { roomIn, writeQuestion } from './write-question.ts'

/** What is done in a turn that is held: the writing of what is said, and the end. */
export class TurnWork {
  readonly #parts: ManagerParts
  readonly #held: HeldTurn
  readonly #transcript: Transcript
  readonly #spoken: Message[] = []
  readonly #startedAt = performance.now()
  readonly #inbox: Inbox<KeepRequest> = new Inbox()
  readonly #tools: TurnToolbox
  #agentAsked = false
  #completed = false
  /** The write that is under way; never rejects. */
  #writing: Promise<unknown> = Promise.resolve()
  #finished: Promise<void> | null = null

  constructor(parts: ManagerParts, held: HeldTurn) {
    this.#parts = parts
    this.#held = held
    const { limits } = toSessionRecord(held.grant.session)
    this.#transcript = new Transcript(held.id, limits.bytesPerMessage ?? parts.limits.bytesPerMessage)
    const session = turnSession(parts, held.chat.session, held.grant.session)
    this.#tools = new TurnToolbox(parts.tools, session, this.#inbox)
    // A consumer that reads no further must not keep the chat busy: the turn ends without it.
    held.signal.addEventListener('abort', () => void this.finish('interrupted').catch(() => {}), { once: true })
  }

  async *run(agent: Agent, input: NewMessage, replaces: number | null): AsyncGenerator<StreamEvent, Reply, undefined> {
    const { id: turnId, chat, grant, signal } = this.#held
    const room = roomIn(grant.chat, replaces)
    if (room < 2 && !(await this.#wasSent(input.id))) await this.#refuse(grant.chat)
    const result = await this.#during(this.#ask(input, replaces))
    const [message] = await storedMessages(this.#parts, chat, [input], result)
    if (message === undefined) throw new Error('the store answered an append of one message with none')
    if (result.written[0] === false) {
      const answer = await this.#earlierAnswer(message.seq)
      const facts = { turnId: answer?.[0]?.turnId ?? turnId, chatId: chat.id, input: message, repeated: true }
      if (answer !== null) return this.#reply(replyOf(facts, answer, null))
      if (room < 1) await this.#refuse(grant.chat)
    }

    signal.throwIfAborted()
    this.#agentAsked = true
    this.#parts.live.begin(chat, () => ({ turnId, ...this.#transcript.said }))
    this.#parts.announcer.tell('turn-started', { ...chatPlace(chat), turnId })
    yield { type: 'turn-started', turnId, chatId: chat.id, message }
    const turn = await this.#turn(message)
    for await (const next of withInbox(untilAbort(agentEvents(agent, turn, signal), signal), this.#inbox)) {
      if ('item' in next) {
        yield* this.#storeForTools(next.item)
        continue
      }
      const { event } = next
      const whole = this.#take(event)
      const text = this.#transcript.unstreamed(whole)
      if (text !== '') yield { type: 'text', text }
      yield* this.#store(whole)
      if (typeof event === 'string') yield { type: 'text', text: event }
      else if (event.type === 'text' || event.type === 'reasoning') yield { type: event.type, text: event.text }
    }
    yield* this.#store(this.#transcript.pending(false))
    yield* this.#store(this.#transcript.closing())
    const facts = { turnId, chatId: chat.id, input: message, repeated: false }
    return this.#reply(replyOf(facts, this.#spoken, this.#transcript.usage))
  }

  /** Keeps what is not kept yet, ends the turn, tells of it: once, whoever asks for it first. */
  finish(outcome: TurnOutcome, error?: unknown): Promise<void> {
    this.#finished ??= this.#finish(outcome, error)
    return this.#finished
  }

  /** Errors of the store end here: the lease runs out by itself. */
  async #finish(asked: TurnOutcome, reason: unknown): Promise<void> {
    const { id: turnId, chat } = this.#held
    const responseMs = Math.round(performance.now() - this.#startedAt)
    this.#tools.end(turnId)
    // What is under way decides what is left to keep.
    await this.#writing
    const outcome = this.#completed ? 'completed' : this.#held.lost ? 'lost' : asked
    if (outcome !== 'completed') {
      // An agent may still be at work for a consumer that left, or after it failed half-way.
      this.#held.interrupt()
      if (outcome !== 'lost') await this.#keepRest()
    }
    // Before the chat is free: the next turn's answer is another one.
    this.#parts.live.end(chat)
    try {
      await this.#held.end(outcome === 'completed' && this.#agentAsked ? responseMs : undefined)
    } catch (error) {
      this.#parts.logger.warn({ chatId: chat.id, turnId, error }, 'a turn could not be ended; its lease will run out')
    }
    if (!this.#agentAsked) return
    const place = chatPlace(chat)
    const error = outcome === 'completed' ? null : (reason ?? this.#held.signal.reason)
    this.#parts.announcer.tell('turn-ended', { ...place, turnId, outcome, responseMs, error })
    await this.#parts.announcer.audit({
      ...place,
      type: 'turn-ended',
      outcome: outcome === 'completed' ? 'ok' : 'failed',
      details: { turnId, outcome, responseMs },
    })
  }

  async #keepRest(): Promise<void> {
    try {
      await this.#keep(this.#transcript.pending(true))
      await this.#keep(this.#transcript.closing())
    } catch (error) {
      const { id: turnId, chat } = this.#held
      this.#parts.logger.error({ chatId: chat.id, turnId, error }, 'a partial answer could not be kept')
    }
  }

  /** An event that came when the turn had to stop is not taken in any more: `finish` is at work. */
  #take(event: AgentEvent): readonly NewMessage[] {
    this.#held.signal.throwIfAborted()
    try {
      const whole = this.#transcript.take(event)
      if (typeof event === 'string') this.#parts.live.say(this.#held.chat, 'text', event)
      else if (event.type === 'text' || event.type === 'reasoning')
        this.#parts.live.say(this.#held.chat, event.type, event.text)
      return whole
    } catch (error) {
      throw agentFailed(this.#held.id, error)
    }
  }

  async *#store(messages: readonly NewMessage[]): AsyncGenerator<StreamEvent, void, undefined> {
    this.#held.signal.throwIfAborted()
    for (const message of await this.#during(this.#keep(messages))) yield { type: 'message', message }
  }

  /** The tool goes on as soon as what it asked to keep is kept, however slow the consumer is. */
  async *#storeForTools({ parts, kept, refused }: KeepRequest): AsyncGenerator<StreamEvent, void, undefined> {
    this.#held.signal.throwIfAborted()
    let messages: readonly NewMessage[]
    try {
      messages = this.#transcript.keep(parts)
    } catch (error) {
      refused(error)
      return
    }
    const stored = await this.#during(this.#keep(messages))
    kept()
    for (const message of stored) yield { type: 'message', message }
  }

  async #keep(messages: readonly NewMessage[]): Promise<readonly Message[]> {
    if (messages.length === 0) return []
    const result = await this.#append(messages)
    this.#transcript.stored(messages)
    const stored = await storedMessages(this.#parts, this.#held.chat, messages, result)
    this.#spoken.push(...stored)
    return stored
  }

  async #ask(input: NewMessage, replaces: number | null): Promise<AppendResult> {
    return await this.#noticing(() => writeQuestion(this.#parts, this.#held, input, replaces))
  }

  async #append(messages: readonly NewMessage[]): Promise<AppendResult> {
    return await this.#noticing(() => this.#held.append(messages))
  }

  /** Lets `finish` wait for a write. */
  async #during<Result>(write: Promise<Result>): Promise<Result> {
    this.#writing = write.catch(() => {})
    return await write
  }

  #reply(reply: Reply): Reply {
    this.#held.signal.throwIfAborted()
    this.#completed = true
    return reply
  }

  async #noticing<Result>(work: () => Promise<Result>): Promise<Result> {
    return await noticingLimits(this.#parts.announcer, chatPlace(this.#held.chat), work)
  }

  /** A chat that rejects must have room for the message and an answer: an answer that can't be kept is money thrown away. */
  async #refuse({ maxMessages }: StoredChat): Promise<never> {
    return await this.#noticing(async () => {
      const limit = maxMessages ?? 0
      throw new SessError('MESSAGE_LIMIT_REACHED', 'the chat has no room for a message and its answer', { limit })
    })
  }

  /** Whether the message is among the newest 200: sent again, it needs no room of its own. */
  async #wasSent(id: string): Promise<boolean> {
    const page = await this.#parts.store.readMessages(this.#held.chat, { limit: 200 })
    return page.messages.some((message) => message.id === id)
  }

  async #turn(message: Message): Promise<Turn> {
    const { id, chat, grant } = this.#held
    const limit = this.#parts.turns.settings.historyMessages
    // Not what came after it: a message that is sent again may have half an answer.
    const range = { before: message.seq + 1, limit }
    const page = await this.#parts.store.readMessages(chat, range, { signal: this.#held.signal })
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
      tools: this.#tools,
      workspacePath: this.#parts.resources.workspacePath(session),
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
