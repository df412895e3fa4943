import { type ConfigProblem, SessError } from '@sess/core'
import type { Place } from './value.ts'

/** What has a problem: a key of a file or an object, or a variable. */
export interface Subject extends Place {
  readonly file: string | null
  readonly key: string | null
}

/** Problems that are listed; of more only the number is told. */
const maxListed = 100

/** Collects all that is wrong, so that it can be mended in one go. */
export class Problems {
  readonly #listed: ConfigProblem[] = []
  #count = 0

  /** Whether more problems would only be counted. */
  get isFull(): boolean {
    return this.#count >= maxListed
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** `problem` continues a sentence that begins with the key, and holds no values. */
  add({ file, line, column, key }: Subject, problem: string): void {
    this.#count++
    if (this.#count <= maxListed) this.#listed.push(Object.freeze({ file, line, column, key, problem }))
  }

  /** @throws {@link SessError} `CONFIG_INVALID` with all problems, if there are any. */
  throwIfAny(): void {
    if (this.#count === 0) return
    const head = this.#count === 1 ? 'The configuration has a problem' : `The configuration has ${this.#count} problems`
    const lines = this.#listed.map((problem) => `\n  ${sentence(problem)}`)
    if (this.#count > maxListed) lines.push(`\n  and ${this.#count - maxListed} more`)
    throw new SessError('CONFIG_INVALID', `${head}:${lines.join('')}`, { problems: Object.freeze([...this.#listed]) })
  }
}

function sentence({ file, line, column, key, problem }: ConfigProblem): string {
  const place = [file === null ? null : oneLine(file), line, column].filter((part) => part !== null).join(':')
  return [place === '' ? null : `${place}:`, key, problem].filter((part) => part !== null).join(' ')
}

/** A path may hold anything; a line of a log must stay one line. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}
