import type { Environment } from '../environment.ts'

/** A text with its variables filled in, or what is wrong. */
export type Substituted = { readonly text: string } | { readonly problem: string }

/**
 * Fills in `${VAR}` and `${VAR:-default}`, once: what was filled in is not looked at again. `$${` stands for `${`.
 * The default counts if the variable is unset or empty.
 */
export function substitute(text: string, environment: Environment): Substituted {
  let problem: string | null = null
  const filled = text.replaceAll(
    /\$\$\{|\$\{([^}]*)(\}?)/g,
    (whole, inner: string | undefined, end: string | undefined) => {
      if (whole === '$${') return '${'
      const [, name = '', fallback] = /^([A-Za-z_][A-Za-z0-9_]{0,127})(?::-([\s\S]*))?$/.exec(inner ?? '') ?? []
      if (end === '' || name === '') {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax is what is explained.
        problem ??= 'has a ${ that begins neither ${NAME} nor ${NAME:-default}; write $${ if it is meant'
        return ''
      }
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined
      if (value === undefined && fallback === undefined) problem ??= `needs the variable ${name}, which is not set`
      return (fallback === undefined ? value : value || fallback) ?? ''
    },
  )
  return problem === null ? { text: filled } : { problem }
}
