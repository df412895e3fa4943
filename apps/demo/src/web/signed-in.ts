import type { SessionManager, UserSessions } from '@sess/core'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { type Person, people } from './people.ts'
import { ServerError } from './problem.ts'

/** What every route below `/api` finds in its context. */
export interface SignedIn {
  Variables: {
    person: Person
    /** The sessions of whoever asks, and of nobody else. */
    mine: UserSessions
  }
}

/** The cookie that says who sits in front of the page. A real application keeps a login here; this one trusts its name. */
export const personCookie = 'sess-demo-person'

export function personOf(c: Context): Person | undefined {
  const id = getCookie(c, personCookie)
  return people.find((person) => person.id === id)
}

/** The owner comes from the cookie, never from a path or a body: what a route can reach is the person's own. */
export function signedIn(manager: SessionManager): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    const person = personOf(c)
    if (person === undefined) throw new ServerError('SIGNED_OUT', 401, 'nobody is signed in')
    c.set('person', person)
    c.set('mine', manager.for(person.owner))
    await next()
  }
}
