import type { Owner } from '@sess/core'

/** Somebody who can sit in front of the demo. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly organisation: string
  readonly owner: Owner
}

/** Two organisations with two users each. */
export const people: readonly Person[] = [
  { id: 'ada', name: 'Ada Lovelace', organisation: 'Acme', owner: { orgId: 'acme', userId: 'ada' } },
  { id: 'alan', name: 'Alan Turing', organisation: 'Acme', owner: { orgId: 'acme', userId: 'alan' } },
  { id: 'ben', name: 'Ben Okri', organisation: 'Globex', owner: { orgId: 'globex', userId: 'ben' } },
  { id: 'grace', name: 'Grace Hopper', organisation: 'Globex', owner: { orgId: 'globex', userId: 'grace' } },
]
