/**
 * Looks at a text and reports what it finds. It never changes the text.
 *
 * It is asked about each part as it will stand in the prompt (`operator`) and about each text of the caller in it, before
 * escaping (`caller`). Its answer for a part's text may be reused, so it must depend on its arguments alone.
 */
export type PromptValidator = (text: string, context: ValidationContext) => readonly PromptFinding[]

/** Which text is looked at. */
export interface ValidationContext {
  readonly partId: string
  /** Who wrote the text. In a part as it will stand in the prompt, the caller's values are escaped already. */
  readonly source: 'operator' | 'caller'
}

/** What a validator found in a text. */
export interface PromptFinding {
  /** A short name of at most 64 characters. It goes into errors and logs, so it must not quote the text. */
  readonly rule: string
  /** An `error` fails the prompt; a `warning` is told by `explain` only. */
  readonly severity: 'error' | 'warning'
  /** Where in the text, in UTF-16 units. */
  readonly position?: number | undefined
}
