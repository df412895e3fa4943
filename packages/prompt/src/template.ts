import { SessError } from '@sess/core'

/** A text with places for variables. */
export interface Template {
  /** The text around the variables: one piece more than there are variables. */
  readonly literals: readonly string[]
  readonly variables: readonly TemplateVariable[]
}

export interface TemplateVariable {
  /** As written: `user.name`. */
  readonly name: string
  /** `['user', 'name']` */
  readonly path: readonly string[]
}

/** What may stand after `{{`: a path of up to 8 names, spaces around it, and the end. */
const placeholder = /[ \t]*([A-Za-z_][\w-]{0,63}(?:\.[\w-]{1,64}){0,7})[ \t]*\}\}/y

/** A template without variables: the text stands for itself. */
export function literalTemplate(text: string): Template {
  return { literals: [text], variables: [] }
}

/**
 * Reads `{{name}}` and nothing else: no expressions, no sections, no partials. A backslash before `{{` makes it literal,
 * two make one backslash before a variable. A lone `}}` is text.
 *
 * @throws {@link SessError} `PROMPT_TEMPLATE_INVALID`; its `position` is that of the `{{`, in UTF-16 units.
 */
export function parseTemplate(source: string, partId: string): Template {
  const literals: string[] = []
  const variables: TemplateVariable[] = []
  let literal = ''
  let end = 0
  for (let open = source.indexOf('{{'); open !== -1; open = source.indexOf('{{', end)) {
    const slashes = backslashesBefore(source, open)
    // Half of the backslashes stand for themselves; an odd one is spent on the braces.
    literal += source.slice(end, open - slashes) + '\\'.repeat(slashes >> 1)
    if (slashes % 2 === 1) {
      literal += '{{'
      end = open + 2
      continue
    }
    placeholder.lastIndex = open + 2
    const name = placeholder.exec(source)?.[1]
    if (name === undefined) throw templateInvalid(partId, open)
    literals.push(literal)
    variables.push({ name, path: name.split('.') })
    literal = ''
    end = placeholder.lastIndex
  }
  literals.push(literal + source.slice(end))
  return { literals, variables }
}

function backslashesBefore(source: string, open: number): number {
  let index = open
  while (source[index - 1] === '\\') index--
  return open - index
}

function templateInvalid(partId: string, position: number): SessError<'PROMPT_TEMPLATE_INVALID'> {
  const message = `prompt part ${JSON.stringify(partId)}: no variable at position ${position}; write {{name}}, or \\{{ for two braces`
  return new SessError('PROMPT_TEMPLATE_INVALID', message, { partId, position })
}
