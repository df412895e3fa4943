import type { ErrorCode } from 'yaml'

/** What is wrong, in words that hold nothing of the text. */
const sentences: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'has an escape in double quotes that YAML does not know',
  BAD_INDENT: 'is not indented like the lines around it',
  BAD_SCALAR_START: 'has a text that has to be put in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a colon in a text that has to be put in quotes, or two keys on one line',
  MISSING_CHAR: 'lacks a closing quote, bracket or comma',
  MULTIPLE_DOCS: 'has more than one document',
  TAB_AS_INDENT: 'is indented with a tab',
  TAG_RESOLVE_FAILED: 'has a tag, and tags are not read here',
}

export function syntaxProblem(code: ErrorCode): string {
  return sentences[code] ?? `is not valid YAML (${code})`
}
