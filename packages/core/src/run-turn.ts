import type { Agent } from './agent.ts'
import { invalidArgument, SessError } from './errors.ts'
import type { TurnOutcome } from './events.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { NewMessage } from './message.ts'
import type { Reply, SendOptions, StreamEvent } from './reply.ts'
import type { ChatRef } from './store/refs.ts'
import { checkedWhenBusy, type WhenBusy } from './turn-settings.ts'
import { TurnWork } from './turn-work.ts'

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
  const { agent, whenBusy, replaces } = checkedSending(parts, options)
  const held = await parts.turns.begin(chat, whenBusy, options.signal)
  const work = new TurnWork(parts, held)
  const stop = (): void => held.stop(options.signal?.reason)
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted === true) stop()

  // A consumer that leaves the loop early ends here without an error.
  let outcome: TurnOutcome = 'interrupted'
  let failure: unknown
  let reply: Reply | null = null
  try {
    reply = yield* work.run(agent, message, replaces)
    outcome = 'completed'
  } catch (error) {
    outcome = held.signal.aborted ? 'interrupted' : 'failed'
    failure = held.signal.aborted ? held.signal.reason : error
    throw failure
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await work.finish(outcome, failure)
  }
  yield { type: 'done', reply }
}

/** How a message is sent. */
interface Sending {
  readonly agent: Agent
  readonly whenBusy: WhenBusy
  readonly replaces: number | null
}

/** Who answers, and how. @throws {@link SessError} `AGENT_MISSING`, `INVALID_ARGUMENT`. */
export function checkedSending({ agent, turns }: Pick<ManagerParts, 'agent' | 'turns'>, options: SendOptions): Sending {
  if (agent === null) throw new SessError('AGENT_MISSING', 'the manager was given no agent', {})
  const { whenBusy = turns.settings.whenBusy, replaces = null } = options
  if (replaces !== null && (!Number.isSafeInteger(replaces) || replaces < 1))
    throw invalidArgument('replaces', 'must be a whole number from 1 up')
  return { agent, whenBusy: checkedWhenBusy(whenBusy, 'whenBusy'), replaces }
}
