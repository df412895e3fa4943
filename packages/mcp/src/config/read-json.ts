import type { JsonValue } from '@sess/core'
import { configInvalid } from '../mcp-error.ts'

/** JSON that was read, and on which line each of its values begins, by its path (`mcpServers.files.args.0`). */
export interface ReadJson {
  readonly value: JsonValue
  readonly lines: ReadonlyMap<string, number>
}

const maxDepth = 32
const blank = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const quoted = /"(?:[^"\\\n]|\\.)*"/y

/**
 * Reads JSON as editors keep it: comments and a comma at the end of a list are allowed.
 *
 * @throws {@link SessError} `MCP_CONFIG_INVALID` with the line, and as field the path of where the text stops making sense.
 */
export function readJson(text: string): ReadJson {
  return new Reader(text).read()
}

class Reader {
  readonly #text: string
  readonly #lines = new Map<string, number>()
  #at = 0
  #line = 1
  #lineKnownAt = 0

  constructor(text: string) {
    this.#text = text.replace(/^\ufeff/, '')
  }

  read(): ReadJson {
    const value = this.#value('', 0)
    this.#skipBlank()
    if (this.#at < this.#text.length) throw this.#problem('', 'has something behind its end')
    return { value, lines: this.#lines }
  }

  #value(path: string, depth: number): JsonValue {
    this.#skipBlank()
    this.#lines.set(path, this.#lineHere())
    if (depth > maxDepth) throw this.#problem(path, 'is nested too deep')
    if (this.#takes('{')) return this.#object(path, depth)
    if (this.#takes('[')) return this.#list(path, depth)
    if (this.#text[this.#at] === '"') return this.#string(path)
    const word = this.#match(literal)
    if (word === null) throw this.#problem(path, 'is no JSON here')
    return JSON.parse(word)
  }

  #object(path: string, depth: number): JsonValue {
    const entries = new Map<string, JsonValue>()
    for (;;) {
      this.#skipBlank()
      if (this.#takes('}')) return Object.fromEntries(entries)
      const key = this.#string(path)
      const inner = path === '' ? key : `${path}.${key}`
      if (entries.has(key)) throw this.#problem(inner, 'is there twice')
      this.#skipBlank()
      if (!this.#takes(':')) throw this.#problem(inner, 'needs a colon behind it')
      entries.set(key, this.#value(inner, depth + 1))
      this.#skipBlank()
      if (!this.#takes(',') && this.#text[this.#at] !== '}') throw this.#problem(inner, 'needs a comma or } behind it')
    }
  }

  #list(path: string, depth: number): JsonValue {
    const items: JsonValue[] = []
    for (;;) {
      this.#skipBlank()
      if (this.#takes(']')) return items
      const inner = `${path}.${items.length}`
      items.push(this.#value(inner, depth + 1))
      this.#skipBlank()
      if (!this.#takes(',') && this.#text[this.#at] !== ']') throw this.#problem(inner, 'needs a comma or ] behind it')
    }
  }

  #string(path: string): string {
    const text = this.#match(quoted)
    if (text === null) throw this.#problem(path, 'needs a text in double quotes')
    try {
      return JSON.parse(text)
    } catch {
      throw this.#problem(path, 'has a text with a wrong escape or a control character')
    }
  }

  #skipBlank(): void {
    this.#match(blank)
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const [match = null] = pattern.exec(this.#text) ?? []
    if (match !== null) this.#at += match.length
    return match
  }

  #lineHere(): number {
    for (; this.#lineKnownAt < this.#at; this.#lineKnownAt++) if (this.#text[this.#lineKnownAt] === '\n') this.#line++
    return this.#line
  }

  #problem(path: string, problem: string): Error {
    return configInvalid(path === '' ? 'the file' : path, problem, { line: this.#lineHere() })
  }
}
