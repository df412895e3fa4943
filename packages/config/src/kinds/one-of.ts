import { nearest } from '../nearest.ts'
import { type Kind, Unfit } from './kind.ts'

/** One of a few words. */
export function oneOf(...names: readonly string[]): Kind {
  const takes = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  return {
    takes,
    schema: { enum: names },
    suffix: '',
    read(given) {
      const text = given.kind === 'scalar' && given.value !== null ? given.text : ''
      if (names.includes(text)) return text
      const meant = text.length > 64 ? null : nearest(text, names)
      return new Unfit(`must be ${takes}${meant === null ? '' : `; did you mean ${meant}?`}`)
    },
  }
}
