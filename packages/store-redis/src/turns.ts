import type { BeginTurnOptions, CallOptions, ChatRef, TurnGrant } from '@sess/core'
import type { Backend } from './backend.ts'
import { chatCall, openedChat } from './chat-records.ts'
import { token } from './keys.ts'
import { argument, type Row, sessionOf } from './rows.ts'
import * as scripts from './scripts.ts'
import { assertNamed } from './session-records.ts'

export async function beginTurn(backend: Backend, ref: ChatRef, options: BeginTurnOptions): Promise<TurnGrant> {
  assertNamed(ref.session)
  const { turnId, leaseMs, ifBusy } = options
  const call = chatCall(backend, ref, [token(turnId), `${leaseMs}`, ifBusy], options)
  const [fence, session, chat] = (await backend.run(scripts.beginTurn, call)) as readonly [number, Row, Row]
  return {
    fence: Number(fence),
    session: await sessionOf(backend, ref.session.id, session),
    chat: await openedChat(backend, ref, chat, options),
  }
}

export async function renewTurn(
  backend: Backend,
  ref: ChatRef,
  fence: number,
  options: CallOptions & { readonly leaseMs: number },
): Promise<{ readonly interrupted: boolean }> {
  assertNamed(ref.session)
  const call = chatCall(backend, ref, [`${fence}`, `${options.leaseMs}`], options, { fence })
  return { interrupted: Number(await backend.run(scripts.renewTurn, call)) === 1 }
}

export async function endTurn(
  backend: Backend,
  ref: ChatRef,
  fence: number,
  options: (CallOptions & { readonly responseMs?: number | undefined }) | undefined,
): Promise<void> {
  assertNamed(ref.session)
  const call = chatCall(backend, ref, [`${fence}`, argument(options?.responseMs)], options, { fence })
  await backend.run(scripts.endTurn, call)
}

export async function interruptTurn(
  backend: Backend,
  ref: ChatRef,
  options: CallOptions | undefined,
): Promise<boolean> {
  assertNamed(ref.session)
  return Number(await backend.run(scripts.interruptTurn, chatCall(backend, ref, [], options))) === 1
}
