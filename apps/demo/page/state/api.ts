import type { Problem } from '../../src/web/problem.ts'

/** What the server refused, as it was told; see `words.ts` for what a person is told. */
export class Refusal extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.problem = problem
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Asks the server. @throws {@link Refusal}. */
export async function api<Answer = void>(method: Method, path: string, body?: object | Blob): Promise<Answer> {
  const isFile = body instanceof Blob
  let response: Response
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: body === undefined || isFile ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : isFile ? body : JSON.stringify(body),
    })
  } catch {
    throw new Refusal({ type: '', title: 'the server does not answer', status: 0, code: 'UNREACHABLE', details: {} })
  }
  if (response.status === 204) return undefined as Answer
  const answer: unknown = await response.json()
  if (!response.ok) throw new Refusal(answer as Problem)
  return answer as Answer
}
