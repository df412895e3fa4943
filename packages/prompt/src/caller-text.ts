import { hasControlCharacter, hasHiddenText } from './hidden-text.ts'
import { variableInvalid } from './variable-lookup.ts'

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/**
 * A caller's text, checked. A text field in a browser sends CRLF, so that becomes LF first.
 *
 * @throws {@link SessError} `PROMPT_VARIABLE_INVALID` if it is too long, or holds what nobody can see or type.
 */
export function callerText(value: string, variable: string, maxLength: number): string {
  if (value.length > maxLength) throw variableInvalid(variable, `has more than ${maxLength} characters`)
  if (!value.isWellFormed()) throw variableInvalid(variable, 'holds half a surrogate pair')
  const text = value.includes('\r') ? value.replaceAll('\r\n', '\n') : value
  if (hasControlCharacter(text)) throw variableInvalid(variable, 'holds control characters')
  if (hasHiddenText(text)) throw variableInvalid(variable, 'holds characters that hide text')
  return text
}

/** Escapes for XML, so that a value can't close the tag it stands in. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
