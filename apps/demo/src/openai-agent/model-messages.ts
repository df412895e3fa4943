import { type Message, messageText, type Part, type ToolResultPart } from '@sess/core'
import type { AssistantModelMessage, ModelMessage, ToolModelMessage, UserModelMessage } from 'ai'

/** The messages of a chat as the AI SDK takes them. */
export function modelMessages(messages: readonly Message[]): ModelMessage[] {
  // The results of sess may leave out the tool's name; endpoints want it.
  const toolNames = new Map(
    messages.flatMap(partsOf).flatMap((part) => (part.type === 'tool-call' ? [[part.callId, part.name] as const] : [])),
  )
  return messages.flatMap((message): ModelMessage[] => {
    if (message.role === 'system') return [{ role: 'system', content: messageText(message) }]
    if (message.role === 'user') return [{ role: 'user', content: partsOf(message).flatMap(userPart) }]
    const content = message.role === 'assistant' ? partsOf(message).flatMap(assistantPart) : []
    const results = partsOf(message).flatMap((part) => (part.type === 'tool-result' ? [part] : []))
    return [
      ...(content.length > 0 ? [{ role: 'assistant', content } as const] : []),
      ...(results.length > 0 ? [toolMessage(results, toolNames)] : []),
    ]
  })
}

type UserPart = Exclude<UserModelMessage['content'], string>[number]
type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number]

function partsOf({ content }: Message): readonly Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function userPart(part: Part): readonly UserPart[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }]
  if (part.type !== 'file') return []
  const { mediaType, url, filename } = part
  return [{ type: 'file', mediaType, data: new URL(url), ...(filename === undefined ? {} : { filename }) }]
}

/** Reasoning stays here: several endpoints refuse to be sent what they thought before. */
function assistantPart(part: Part): readonly AssistantPart[] {
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }]
  if (part.type !== 'tool-call') return []
  const { callId: toolCallId, name: toolName, input, metadata } = part
  const providerOptions = metadata as NonNullable<Extract<AssistantPart, { type: 'tool-call' }>['providerOptions']>
  return [{ type: 'tool-call', toolCallId, toolName, input, ...(metadata === undefined ? {} : { providerOptions }) }]
}

/** Results of tools as the AI SDK takes them. `toolNames` has the names of tools that the results do not name. */
export function toolMessage(
  results: readonly ToolResultPart[],
  toolNames: ReadonlyMap<string, string> = new Map(),
): ToolModelMessage {
  return {
    role: 'tool',
    content: results.map(({ callId, name, output, isError }) => ({
      type: 'tool-result',
      toolCallId: callId,
      toolName: name ?? toolNames.get(callId) ?? 'unknown',
      output: toolOutput(output, isError === true),
    })),
  }
}

type ToolOutput = Extract<ToolModelMessage['content'][number], { type: 'tool-result' }>['output']
type ToolJson = Extract<ToolOutput, { type: 'json' }>['value']

function toolOutput(output: ToolResultPart['output'], isError: boolean): ToolOutput {
  if (typeof output === 'string') return { type: isError ? 'error-text' : 'text', value: output }
  return { type: isError ? 'error-json' : 'json', value: output as ToolJson }
}
