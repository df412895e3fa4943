import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { AgentEvent, RespondingAgent, Turn } from '@sess/core'
import { stepCountIs, streamText, type ToolSet } from 'ai'
import { endpointError } from './endpoint-error.ts'
import { modelMessages } from './model-messages.ts'
import { ReplyStep, usageOf } from './reply-step.ts'

export interface OpenAiAgentOptions {
  /** Where `/chat/completions` is: `https://api.openai.com/v1`, `http://localhost:11434/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
  /** `model` in a chat's agent settings wins over it. */
  readonly model: string
  /** What the model may call in a turn. @default nothing */
  readonly tools?: ((turn: Turn) => ToolSet) | undefined
}

/** Rounds of tool calls at most before a turn ends. */
const maxSteps = 8

/** An agent behind any endpoint that speaks OpenAI's chat completions. A chat's agent settings may name `model` and `temperature`. */
export function openAiAgent({ baseUrl, apiKey, model, tools }: OpenAiAgentOptions): RespondingAgent {
  const endpoint = createOpenAICompatible({
    name: 'endpoint',
    baseURL: baseUrl,
    apiKey,
    includeUsage: true,
    // Files go out as the addresses they are: this process fetches nothing that a user named.
    supportedUrls: () => ({ '*/*': [/^https?:/] }),
  })

  async function* respond(turn: Turn, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<AgentEvent> {
    const { model: ownModel, temperature } = turn.settings
    const { fullStream } = streamText({
      model: endpoint(typeof ownModel === 'string' ? ownModel : model),
      ...(turn.systemPrompt === '' ? {} : { system: turn.systemPrompt }),
      ...(typeof temperature === 'number' ? { temperature } : {}),
      messages: modelMessages(turn.messages),
      allowSystemInMessages: true,
      tools: tools?.(turn) ?? {},
      stopWhen: stepCountIs(maxSteps),
      maxRetries: 1,
      abortSignal: signal,
      // Errors come through the stream; the default would print them.
      onError: () => {},
    })
    const step = new ReplyStep()
    try {
      for await (const part of fullStream) {
        if (part.type === 'error') throw part.error
        if (part.type === 'text-delta') yield { type: 'text', text: part.text }
        else if (part.type === 'reasoning-delta') yield { type: 'reasoning', text: part.text }
        else if (part.type === 'finish') yield { type: 'usage', usage: usageOf(part.totalUsage) }
        for (const message of step.take(part)) yield { type: 'message', message }
      }
    } catch (error) {
      // A refusal comes as a part of the stream, a broken connection is thrown.
      throw endpointError(error, apiKey)
    }
  }

  return { respond }
}
