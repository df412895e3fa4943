import type { Agent } from '@sess/core'
import { offlineAgent } from './offline-agent/offline-agent.ts'
import { noteTools } from './openai-agent/note-tools.ts'
import { openAiAgent } from './openai-agent/openai-agent.ts'

/** The agent that the environment asks for, and a line that says which it is. */
export interface ChosenAgent {
  readonly agent: Agent
  readonly description: string
}

/** @throws an error of one line if the endpoint's address is none. */
export function chosenAgent(environment: Readonly<Record<string, string | undefined>>): ChosenAgent {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model, OPENAI_TOOLS: tools } = environment
  if (!baseUrl || !apiKey || !model)
    return {
      agent: offlineAgent,
      description:
        'offline, answering from the chat itself; OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL choose a model',
    }
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) throw new Error('OPENAI_BASE_URL is no http(s) address')
  const agent = openAiAgent({ baseUrl, apiKey, model, tools: tools === 'on' ? noteTools : undefined })
  return { agent, description: `${model} at ${new URL(baseUrl).host}` }
}
