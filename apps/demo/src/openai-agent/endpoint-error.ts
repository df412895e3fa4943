import { APICallError, RetryError } from 'ai'

/**
 * The error of an endpoint as one clear line. Nothing of the request goes with it, and the key is cut out: some endpoints
 * repeat it in their answer.
 */
export function endpointError(error: unknown, apiKey: string): Error {
  const last = RetryError.isInstance(error) ? error.lastError : error
  const message = describe(last).replaceAll(/\s+/g, ' ')
  return new Error((apiKey === '' ? message : message.replaceAll(apiKey, '[key]')).slice(0, 400))
}

function describe(error: unknown): string {
  if (!APICallError.isInstance(error)) return `the model endpoint did not finish its answer: ${textOf(error)}`
  const { statusCode } = error
  if (statusCode === undefined) return `the model endpoint can't be reached: ${textOf(error.cause ?? error)}`
  if (statusCode >= 300) return `the model endpoint answered ${statusCode}: ${textOf(error)}`
  return `the model endpoint did not finish its answer: ${textOf(error.cause ?? error)}`
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
