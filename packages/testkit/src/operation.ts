import type { ChatRef, SessionRef } from '@sess/core'
import fc from 'fast-check'
import { number, stranger } from './arguments.ts'
import { as, type Call, pick, type Turn, type World } from './world.ts'

/** Something to do, told by small numbers and words that shrink well. Numbers stand for what there is by then. */
export interface Operation {
  readonly text: string
  /** The call to make, or null where there is nothing to do it to. */
  readonly prepare: (world: World) => Promise<Call | null>
}

/** An operation with arguments that fast-check makes. */
export function operation<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (world: World, args: Args) => Promise<Call | null>,
): fc.Arbitrary<Operation> {
  return fc.record(args).map((values) => ({
    text: `${name} ${JSON.stringify(values)}`,
    prepare: (world) => prepare(world, values as Args),
  }))
}

export function onSession<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (ref: SessionRef, args: Args, world: World) => Promise<Call>,
): fc.Arbitrary<Operation> {
  const all = { session: number, stranger, args: fc.record(args) }
  return operation(name, all, async (world, { session, stranger: who, args: values }) => {
    const ref = pick(world.sessions, session)
    return ref === undefined ? null : prepare(as(who, ref), values as Args, world)
  })
}

export function onChat<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (ref: ChatRef, args: Args, world: World) => Promise<Call>,
): fc.Arbitrary<Operation> {
  const all = { chat: number, stranger, args: fc.record(args) }
  return operation(name, all, async (world, { chat, stranger: who, args: values }) => {
    const ref = pick(world.chats, chat)
    return ref === undefined ? null : prepare({ id: ref.id, session: as(who, ref.session) }, values as Args, world)
  })
}

export function onTurn<Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  prepare: (turn: Turn, args: Args) => Promise<Call>,
): fc.Arbitrary<Operation> {
  return operation(name, { turn: number, args: fc.record(args) }, async (world, { turn, args: values }) => {
    const picked = pick(world.turns, turn)
    return picked === undefined ? null : prepare(picked, values as Args)
  })
}
