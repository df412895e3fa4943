import type { JSX } from 'preact'

const suggestions = [
  'My name is Sam, and the release is on Friday.',
  'Whom do you work for?',
  'What is 19 plus 23?',
  'Write "Water the roses" to todo.md',
  'List my files',
]

/** Things to say first. */
export function Suggestions({ onChoose }: { readonly onChoose: (text: string) => void }): JSX.Element {
  return (
    <div class="row wrap suggestions">
      {suggestions.map((text) => (
        <button type="button" class="chip" key={text} onClick={() => onChoose(text)}>
          {text}
        </button>
      ))}
    </div>
  )
}
