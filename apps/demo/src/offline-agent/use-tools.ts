import { join } from 'node:path'
import type { JsonObject, ToolResultPart, Turn } from '@sess/core'

/** What the agent needs of a turn to use tools. */
export type ToolTurn = Partial<Pick<Turn, 'tools' | 'workspacePath'>>

interface Request {
  readonly pattern: RegExp
  readonly tool: string
  input(match: readonly string[], folder: string): JsonObject
  answer(output: string, match: readonly string[]): string
}

/** What is to be done with which tool. A model would choose by itself; this agent knows four phrases. */
const requests: readonly Request[] = [
  {
    pattern: /^write ["“](.+)["”] (?:in)?to ([\w.-]+?)\.?$/i,
    tool: 'files__write_file',
    input: ([, content = '', name = ''], folder) => ({ path: join(folder, name), content }),
    answer: (_, [, , name]) => `I have written it to ${name}.`,
  },
  {
    pattern: /^(?:read|show) ([\w-]+\.[\w.-]*\w)\W*$/i,
    tool: 'files__read_text_file',
    input: ([, name = ''], folder) => ({ path: join(folder, name) }),
    answer: (output, [, name]) => `${name} says: ${output}`,
  },
  {
    pattern: /^(?:list|show|which are) (?:my |the )?files\W*$/i,
    tool: 'files__list_directory',
    input: (_, folder) => ({ path: folder }),
    answer: (output) => `Your folder has:\n${output.replaceAll(/^\[(FILE|DIR)\] /gm, '- ')}`,
  },
  {
    pattern: /^(?:what is|add|how much is) (-?\d+) (?:plus|and|\+) (-?\d+)\W*$/i,
    tool: 'everything__get-sum',
    input: ([, a, b]) => ({ a: Number(a), b: Number(b) }),
    answer: (output) => output,
  },
]

/** Does with a tool what it is asked for; null if it is asked for something else, or the session has no such tool. */
export async function useTools(text: string, { tools, workspacePath }: ToolTurn): Promise<string | null> {
  for (const { pattern, tool, input, answer } of requests) {
    const match = pattern.exec(text)
    if (match === null || tools === undefined) continue
    if (!(await tools.list()).some(({ name }) => name === tool)) continue
    const result = await tools.call(tool, input(match, workspacePath ?? '.'))
    return result.isError === true ? `That did not work: ${textOf(result)}` : answer(textOf(result), match)
  }
  return null
}

function textOf({ output }: ToolResultPart): string {
  if (typeof output === 'string') return output
  const { content, error } = output as { readonly content?: unknown; readonly error?: unknown }
  return [content, error].find((text) => typeof text === 'string') ?? JSON.stringify(output)
}
