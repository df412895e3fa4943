import type { ComposedPart } from '@sess/core'
import type { RenderedPart } from './render-part.ts'

const separator = '\n\n'

/** One text of all parts that are not empty, an empty line between them, and where each of them stands. */
export function joinParts(rendered: readonly RenderedPart[]): {
  readonly text: string
  readonly parts: readonly ComposedPart[]
} {
  const texts: string[] = []
  const parts: ComposedPart[] = []
  let start = 0
  for (const { part, text } of rendered) {
    if (text === '') continue
    texts.push(text)
    parts.push({ id: part.id, name: part.name, scope: part.scope, start, end: start + text.length })
    start += text.length + separator.length
  }
  return { text: texts.join(separator), parts }
}
