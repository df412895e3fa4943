import type { JSX } from 'preact'
import type { Person } from '../../src/web/people.ts'
import { Avatar } from '../parts/avatar.tsx'
import { people, signIn } from '../state/me.ts'
import { telling } from '../state/notices.ts'

/** Two organisations, four people: who sits in front of the page. */
export function PersonPicker(): JSX.Element {
  const organisations = [...new Set(people.value.map(({ organisation }) => organisation))]
  return (
    <main class="picker">
      <p class="brand">sess</p>
      <h1>Who are you?</h1>
      <p class="lead">
        Each person has sessions of their own. What one can reach, no other can, not even in the same organisation.
        There is no password: this is a demo.
      </p>
      <div class="organisations">
        {organisations.map((organisation) => (
          <section class="card" key={organisation} aria-label={organisation}>
            <h2>{organisation}</h2>
            {people.value
              .filter((person) => person.organisation === organisation)
              .map((person) => (
                <Choice person={person} key={person.id} />
              ))}
          </section>
        ))}
      </div>
    </main>
  )
}

function Choice({ person }: { readonly person: Person }): JSX.Element {
  return (
    <button type="button" class="choice" onClick={() => void telling(signIn(person))}>
      <Avatar person={person} />
      <span>
        <strong>{person.name}</strong>
        <small>
          {person.owner.userId} of {person.owner.orgId}
        </small>
      </span>
    </button>
  )
}
