import { Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { people } from '../people.ts'
import { ServerError } from '../problem.ts'
import { bodyOf } from '../request-body.ts'
import { personCookie, personOf } from '../signed-in.ts'

/** Who there is, who sits here, and changing places. */
export function signInRoutes(): Hono {
  return new Hono()
    .get('/people', (c) => c.json({ people, me: personOf(c) ?? null }))
    .post('/sign-in', async (c) => {
      const { person: id } = await bodyOf(c, z.object({ person: z.string() }))
      const person = people.find((known) => known.id === id)
      if (person === undefined) throw new ServerError('SIGNED_OUT', 401, 'there is no such person')
      setCookie(c, personCookie, person.id, { httpOnly: true, sameSite: 'Strict', path: '/' })
      return c.json(person)
    })
    .post('/sign-out', (c) => {
      deleteCookie(c, personCookie, { path: '/' })
      return c.body(null, 204)
    })
}
