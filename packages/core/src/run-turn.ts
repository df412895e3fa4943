import type { Agent } from './agent.ts'
import { SessError } from './errors.ts'
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
  const { agent, whenBusy } = checkedSending(parts, options)
  const held = await parts.turns.begin(chat, whenBusy, options.signal)
  const work = new TurnWork(parts, held)
  const stop = (): void => held.stop(options.signal?.reason)
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted === true) stop()

  // A consumer that leaves the loop early ends here without an error.
  let outcome: TurnOutcome = 'interrupted'
  let reply: Reply | null = null
  try {
    reply = yield* work.run(agent, message)
    outcome = 'completed'
  } catch (error) {
    outcome = held.signal.aborted ? 'interrupted' : 'failed'
    throw held.signal.aborted ? held.signal.reason : error
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await work.finish(outcome)
  }
  yield { type: 'done', reply }
}

/** Who answers, and what to do while another turn runs. @throws {@link SessError} `AGENT_MISSING`, `INVALID_ARGUMENT`. */
export function checkedSending(
  { agent, turns }: Pick<ManagerParts, 'agent' | 'turns'>,
  options: SendOptions,
): { readonly agent: Agent; readonly whenBusy: WhenBusy } {
  if (agent === null) throw new SessError('AGENT_MISSING', 'the manager was given no agent', {})
  return { agent, whenBusy: checkedWhenBusy(options.whenBusy ?? turns.settings.whenBusy, 'whenBusy') }
}
