import type { JSX } from 'preact'

/** Strokes on a grid of 20 by 20. */
const paths = {
  plus: 'M10 4v12M4 10h12',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  again: 'M15.5 8A6 6 0 1 0 16 11M16 4v4h-4',
  edit: 'M4 16l1-4 8-8 3 3-8 8zM11 6l3 3',
  close: 'M5 5l10 10M15 5L5 15',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  menu: 'M3 6h14M3 10h14M3 14h14',
  panel: 'M3 4h14v12H3zM12 4v12',
  search: 'M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM13 13l4 4',
  tool: 'M12.5 3.5a4 4 0 0 0-4 5.3L3.5 14l2.5 2.5 5.2-5a4 4 0 0 0 5.3-5L14 9l-3-3z',
  down: 'M10 4v12M5 11l5 5 5-5',
  pause: 'M7 5v10M13 5v10',
  play: 'M6 4l10 6-10 6z',
  file: 'M5 3h7l3 3v11H5zM12 3v3h3',
  folder: 'M3 5h5l2 2h7v9H3z',
  import: 'M10 3v9M6 8l4 4 4-4M4 16h12',
  theme: 'M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14',
  leave: 'M8 4H4v12h4M12 6l4 4-4 4M16 10H8',
} as const

/** A small picture beside or in place of a word; the word is said by whoever uses it. */
export function Icon({ name }: { readonly name: keyof typeof paths }): JSX.Element {
  return (
    <svg class="icon" data-name={name} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
