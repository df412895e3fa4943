import { SessError, utf8Bytes } from '@sess/core'
import { promptInvalid } from './prompt-invalid.ts'

/** How large a prompt may get. More is `TOO_LARGE`; a longer variable is `PROMPT_VARIABLE_INVALID`. */
export interface PromptLimits {
  /** Active parts of one prompt. @default 64 */
  readonly maxParts: number
  /** Bytes of the whole text in UTF-8. @default 262_144 */
  readonly maxTextBytes: number
  /** Bytes of one part in UTF-8, as written and as rendered. @default 65_536 */
  readonly maxPartBytes: number
  /** UTF-16 units of one value of the caller, before it is escaped. @default 2_000 */
  readonly maxVariableLength: number
}

const defaults: PromptLimits = { maxParts: 64, maxTextBytes: 262_144, maxPartBytes: 65_536, maxVariableLength: 2_000 }

/** @throws {@link SessError} `PROMPT_INVALID` if a limit is not a positive integer. */
export function checkedLimits(limits: Partial<PromptLimits> | undefined): PromptLimits {
  return {
    maxParts: checkedLimit('maxParts', limits),
    maxTextBytes: checkedLimit('maxTextBytes', limits),
    maxPartBytes: checkedLimit('maxPartBytes', limits),
    maxVariableLength: checkedLimit('maxVariableLength', limits),
  }
}

/** @throws {@link SessError} `TOO_LARGE` if `text`, of one part or of the whole prompt, has more than `maxBytes`. */
export function assertTextBytes(text: string, maxBytes: number, partId?: string): void {
  // A UTF-16 unit takes at most three bytes, so most texts need not be counted.
  if (text.length * 3 <= maxBytes) return
  const bytes = utf8Bytes(text)
  const field = partId === undefined ? 'text' : `parts[${JSON.stringify(partId)}]`
  if (bytes > maxBytes) throw tooLarge(field, bytes, maxBytes, 'bytes')
}

/** @throws {@link SessError} `TOO_LARGE`, whose `bytes` are then parts. */
export function assertPartCount(count: number, maxParts: number): void {
  if (count > maxParts) throw tooLarge('parts', count, maxParts, 'parts')
}

function tooLarge(field: string, bytes: number, maxBytes: number, unit: string): SessError<'TOO_LARGE'> {
  const message = `the prompt is too large: ${field} has ${bytes} ${unit}, at most ${maxBytes} are allowed`
  return new SessError('TOO_LARGE', message, { field, bytes, maxBytes })
}

function checkedLimit(name: keyof PromptLimits, limits: Partial<PromptLimits> | undefined): number {
  const value = limits?.[name] ?? defaults[name]
  if (!Number.isSafeInteger(value) || value < 1) throw promptInvalid(`limits.${name}`, 'must be a positive integer')
  return value
}
