/** `${env:NAME}` or `${env:NAME:-default}` in a text of a configuration: something that is looked up when a client connects. */
export interface Reference {
  /** Who knows it: `env`, `session`, or a word of the application's. */
  readonly source: string
  readonly name: string
  /** What stands in if nobody knows it. */
  readonly fallback: string | null
}

const pattern = /\$\{([a-z][a-z0-9-]{0,31}):([A-Za-z0-9_][A-Za-z0-9_./-]{0,127})(?::-([^{}]*))?\}/g

/** The text in pieces, references among them. Null if there is a `${` that begins no reference: it must not pass as text. */
export function parsedText(text: string): readonly (string | Reference)[] | null {
  const pieces: (string | Reference)[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    const [whole, source = '', name = '', fallback = null] = match
    pieces.push(text.slice(end, match.index), { source, name, fallback })
    end = match.index + whole.length
  }
  pieces.push(text.slice(end))
  return pieces.some((piece) => typeof piece === 'string' && piece.includes('${')) ? null : pieces
}

/** The text without its references: what of it stands in the configuration itself, defaults included. */
export function literalText(text: string, stand = ''): string {
  return (parsedText(text) ?? [text])
    .map((piece) => (typeof piece === 'string' ? piece : (piece.fallback ?? stand)))
    .join('')
}

/** Whether the text refers to anything. */
export function hasReference(text: string): boolean {
  return (parsedText(text) ?? []).length > 1
}
