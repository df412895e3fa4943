import { type ComposedPrompt, isSessError, type JsonObject, type Owner, type SessError } from '@sess/core'
import { type GlobalPart, PromptComposer, type PromptComposerOptions } from '@sess/prompt'
import { assert } from 'vitest'

export const ada: Owner = { orgId: 'acme', userId: 'ada' }

/** A global part with a content named after its id. */
export function part(id: string, fields: { readonly priority?: number; readonly active?: boolean } = {}): GlobalPart {
  return { id, name: id, scope: 'global', content: `[${id}]`, ...fields }
}

/** What ada's prompt is made of these parts. */
export function compose(options: PromptComposerOptions, variables: JsonObject = {}): Promise<ComposedPrompt> {
  return new PromptComposer(options).compose({ owner: ada, variables })
}

/** What one template renders to; nothing but it stands in the prompt. */
export async function render(
  template: string,
  variables: JsonObject = {},
  options: PromptComposerOptions & { readonly own?: JsonObject } = {},
): Promise<string> {
  const { own, ...rest } = options
  const only: GlobalPart = { id: 'only', name: 'Only', scope: 'global', template, variables: own }
  return (await compose({ ...rest, global: [only] }, variables)).text
}

/** The error of sess that `run` throws or rejects with. */
export async function errorOf(run: () => unknown): Promise<SessError> {
  try {
    await run()
  } catch (error) {
    if (isSessError(error)) return error
    throw error
  }
  return assert.fail('expected an error of sess')
}
