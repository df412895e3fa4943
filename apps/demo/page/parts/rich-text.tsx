import type { JSX } from 'preact'

/**
 * A text with its code set apart, and nothing else: fences become blocks, backticks become spans. All of it is put into the page
 * as text, so no message can be markup or a script.
 */
export function RichText({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text.split(/^```(.*\n?[\s\S]*?)(?:^```[ \t]*$\n?|$(?![\s\S]))/m).map((piece, index) =>
        index % 2 === 1 ? (
          <pre class="code" key={index}>
            <code>{piece.replace(/^[\w+-]*\n/, '').trimEnd()}</code>
          </pre>
        ) : (
          piece.trim() !== '' && <Paragraph text={piece} key={index} />
        ),
      )}
    </>
  )
}

function Paragraph({ text }: { readonly text: string }): JSX.Element {
  const pieces = text.replace(/^\n+|\n+$/g, '').split(/`([^`\n]+)`/)
  return <p>{pieces.map((piece, index) => (index % 2 === 1 ? <code key={index}>{piece}</code> : piece))}</p>
}
