/** Levels of brackets, and columns that a line may begin with. A configuration needs four levels. */
const maxBrackets = 32
const maxColumns = 120

/**
 * The line from which on a text is nested too deeply, or null. It is looked for before the text is parsed: the parser calls
 * itself for each level, and a few thousand of them end the process. Brackets inside of quotes are counted too.
 */
export function nestingProblem(text: string): number | null {
  let brackets = 0
  for (const [index, line] of text.split('\n').entries()) {
    for (const character of line) {
      if (character === '[' || character === '{') brackets++
      else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1)
      if (brackets > maxBrackets) return index + 1
    }
    const [beginning = ''] = /^[ \t]*(?:[-?:][ \t]+)*/.exec(line) ?? []
    if (beginning.length > maxColumns) return index + 1
  }
  return null
}
