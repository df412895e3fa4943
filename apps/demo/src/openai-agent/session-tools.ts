import type { Turn } from '@sess/core'
import { jsonSchema, type ToolSet, tool } from 'ai'

/**
 * The session's tools as the AI SDK describes them to a model. They have no `execute`: the SDK would call them while text is still on its
 * way, and sess keeps a call together with the text before it. So the step ends with the calls, and {@link Turn.tools} makes them.
 */
export async function sessionTools({ tools }: Pick<Turn, 'tools'>): Promise<ToolSet> {
  const listed = await tools.list()
  return Object.fromEntries(
    listed.map(({ name, description, inputSchema }) => [
      name,
      tool({ ...(description !== undefined && { description }), inputSchema: jsonSchema(inputSchema) }),
    ]),
  )
}
