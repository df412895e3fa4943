import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { type AgentEvent, isSessError, type RespondingAgent, type Turn, type Usage } from '@sess/core'
import { stepCountIs, streamText, type ToolSet } from 'ai'
import { endpointError } from './endpoint-error.ts'
import { modelMessages, toolMessage } from './model-messages.ts'
import { ReplyStep, sumOf, usageOf } from './reply-step.ts'
import { sessionTools } from './session-tools.ts'

export interface OpenAiAgentOptions {
  /** Where `/chat/completions` is: `https://api.openai.com/v1`, `http://localhost:11434/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
  /** `model` in a chat's agent settings wins over it. */
  readonly model: string
  /** What the model may call in a turn besides the session's tools. @default nothing */
  readonly tools?: ((turn: Turn) => ToolSet) | undefined
  /** Whether the model may call the session's tools, those of its MCP servers. @default false */
  readonly sessionTools?: boolean | undefined
}

/** Rounds of tool calls at most before a turn ends. */
const maxSteps = 8

/** An agent behind any endpoint that speaks OpenAI's chat completions. A chat's agent settings may name `model` and `temperature`. */
export function openAiAgent({ baseUrl, apiKey, model, tools, ...options }: OpenAiAgentOptions): RespondingAgent {
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
    const ofSession = options.sessionTools === true ? await sessionTools(turn) : {}
    const step = new ReplyStep((name) => Object.hasOwn(ofSession, name))
    let messages = modelMessages(turn.messages)
    let usage: Usage = {}
    try {
      for (let round = 1; ; round++) {
        const answer = streamText({
          model: endpoint(typeof ownModel === 'string' ? ownModel : model),
          ...(turn.systemPrompt === '' ? {} : { system: turn.systemPrompt }),
          ...(typeof temperature === 'number' ? { temperature } : {}),
          messages,
          allowSystemInMessages: true,
          tools: { ...ofSession, ...tools?.(turn) },
          stopWhen: stepCountIs(maxSteps),
          maxRetries: 1,
          abortSignal: signal,
          // Errors come through the stream; the default would print them.
          onError: () => {},
        })
        for await (const part of answer.fullStream) {
          if (part.type === 'error') throw part.error
          if (part.type === 'text-delta') yield { type: 'text', text: part.text }
          else if (part.type === 'reasoning-delta') yield { type: 'reasoning', text: part.text }
          else if (part.type === 'finish') usage = sumOf(usage, usageOf(part.totalUsage))
          for (const message of step.take(part)) yield { type: 'message', message }
        }
        yield { type: 'usage', usage }
        const calls = step.takeSessionCalls()
        if (calls.length === 0 || round === maxSteps) return
        const results = await turn.tools.callAll(calls)
        messages = [...messages, ...(await answer.response).messages, toolMessage(results)]
      }
    } catch (error) {
      // What sess throws ends the turn as it is. A refusal comes as a part of the stream, a broken connection is thrown.
      throw isSessError(error) ? error : endpointError(error, apiKey)
    }
  }

  return { respond }
}
