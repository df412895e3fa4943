import type { JSX } from 'preact'
import type { Person } from '../../src/web/people.ts'

/** The first letters of a name, in a colour of its own. */
export function Avatar({ person }: { readonly person: Person }): JSX.Element {
  const letters = person.name.split(' ').map((part) => part[0])
  return (
    <span class="avatar" data-person={person.id} aria-hidden="true">
      {letters.slice(0, 2).join('')}
    </span>
  )
}
