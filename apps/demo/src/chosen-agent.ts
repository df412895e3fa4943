import type { Agent, JsonObject } from '@sess/core'
import { offlineAgent } from './offline-agent/offline-agent.ts'
import { noteTools } from './openai-agent/note-tools.ts'
import { openAiAgent } from './openai-agent/openai-agent.ts'

/** The agent that the environment asks for, and a line that says which it is. */
export interface ChosenAgent {
  readonly agent: Agent
  readonly description: string
  /** What a chat can choose from; the first is the default. */
  readonly models: readonly { readonly id: string; readonly name: string }[]
  /** The agent settings of a chat with this model. */
  settingsFor(model: string): JsonObject
}

/** @throws an error of one line if the endpoint's address is none. */
export function chosenAgent(environment: Readonly<Record<string, string | undefined>>): ChosenAgent {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model, OPENAI_TOOLS: tools } = environment
  if (!baseUrl || !apiKey || !model) return offline
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) throw new Error('OPENAI_BASE_URL is no http(s) address')
  return {
    agent: openAiAgent({
      ...{ baseUrl, apiKey, model },
      ...(tools === 'on' && { tools: noteTools, sessionTools: true }),
    }),
    description: `${model} at ${new URL(baseUrl).host}`,
    models: [{ id: model, name: model }],
    settingsFor: (chosen) => (chosen === '' ? {} : { model: chosen }),
  }
}

/** The offline agent has no model; what a chat chooses is its pace. */
const paces = [
  { id: 'offline-brisk', name: 'Offline, brisk', wordDelayMs: 22 },
  { id: 'offline-calm', name: 'Offline, calm', wordDelayMs: 110 },
  { id: 'offline-instant', name: 'Offline, at once', wordDelayMs: 1 },
] as const

const offline: ChosenAgent = {
  agent: offlineAgent,
  description:
    'offline, answering from the chat itself; OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL choose a model',
  models: paces.map(({ id, name }) => ({ id, name })),
  settingsFor: (chosen) => {
    const { id, wordDelayMs } = paces.find((pace) => pace.id === chosen) ?? paces[0]
    return { model: id, wordDelayMs }
  },
}
