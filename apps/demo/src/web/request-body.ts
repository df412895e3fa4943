import { invalidArgument } from '@sess/core'
import type { Context } from 'hono'
import type { z } from 'zod'

/** The body of a request as the schema has it: what it does not name is dropped. @throws {@link SessError} `INVALID_ARGUMENT`. */
export async function bodyOf<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  const json: unknown = await c.req.json().catch(() => {
    throw invalidArgument('body', 'must be JSON')
  })
  const { success, data, error } = schema.safeParse(json)
  if (success) return data
  const [issue] = error.issues
  throw invalidArgument(issue?.path.join('.') || 'body', issue?.message.toLowerCase() ?? 'has another form')
}
