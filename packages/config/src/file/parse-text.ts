import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar, type YAMLMap } from 'yaml'
import type { Problems, Subject } from '../problems.ts'
import type { MapEntry, MapValue, Place, Value } from '../value.ts'
import { nestingProblem } from './nesting.ts'
import { syntaxProblem } from './syntax-problem.ts'

/** Syntax problems that are told; what comes after the first ones is often their echo. */
const maxSyntaxProblems = 5

/** What a YAML or JSON text holds, with places; null if it can't be read at all. */
export function parseText(text: string, format: 'json' | 'yaml', file: Subject, problems: Problems): MapValue | null {
  const lines = new LineCounter()
  const deep = nestingProblem(text)
  if (deep !== null) {
    problems.add({ ...file, line: deep, column: 1 }, 'is nested too deeply')
    return null
  }
  if (format === 'json' && !isValidJson(text, file, problems)) return null
  // The check of this parser for repeated keys takes quadratic time. It quotes the text in its messages.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
  const found = [...document.errors, ...document.warnings]
  for (const { code, pos } of found.slice(0, maxSyntaxProblems))
    problems.add({ ...file, ...placeAt(pos[0]) }, syntaxProblem(code))
  if (found.length > 0) return null
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) return empty
  const value = valueAt(contents)
  if (value?.kind === 'map') return value
  if (value !== null) problems.add({ ...file, line: 1, column: 1 }, 'must hold keys and values')
  return null

  function placeAt(offset: number | undefined): Place {
    const { line, col } = lines.linePos(Math.min(offset ?? 0, text.length))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  function valueAt(node: Node | null): Value | null {
    const place = placeAt(node?.range?.[0])
    if (isMap(node)) return { kind: 'map', entries: entriesOf(node), ...place }
    if (isSeq(node)) return { kind: 'list', items: node.items.flatMap((item) => valueAt(item as Node) ?? []), ...place }
    if (node === null) return { kind: 'scalar', value: null, text: '', ...place }
    if (isScalar(node) && isPlain(node.value))
      return { kind: 'scalar', value: node.value, text: textOf(node), ...place }
    problems.add(
      { ...file, ...place },
      isAlias(node) ? 'has an alias; write the value out' : 'has a value with a tag that is not read here',
    )
    return null
  }

  function entriesOf(map: YAMLMap): MapEntry[] {
    const seen = new Set<string>()
    return map.items.flatMap(({ key, value }) => {
      const place = placeAt((key as Node | null)?.range?.[0])
      if (!isScalar(key)) {
        problems.add({ ...file, ...place }, 'has a key that is not text')
        return []
      }
      const name = textOf(key)
      if (seen.has(name)) {
        problems.add({ ...file, ...place, key: shownKey(name) }, 'is there twice')
        return []
      }
      seen.add(name)
      const content = valueAt(value as Node | null)
      return content === null ? [] : { key: name, value: content, ...place }
    })
  }
}

const empty: MapValue = { kind: 'map', entries: [], line: 1, column: 1 }

/** A key as errors may show it: one that looks like no name may be a secret with a typing error in front of it. */
export function shownKey(key: string): string {
  return /^[A-Za-z0-9_.$-]{1,64}$/.test(key) ? key : '(a key that is no name)'
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value))
}

/** YAML takes what JSON does not: a file that calls itself JSON is held to it. */
function isValidJson(text: string, file: Subject, problems: Problems): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    // The message quotes the text; only the position is taken from it.
    const [, at] = /at position ([0-9]+)/.exec(error instanceof Error ? error.message : '') ?? []
    const before = text.slice(0, at === undefined ? text.length : Number(at))
    const column = before.length - before.lastIndexOf('\n')
    problems.add({ ...file, line: before.split('\n').length, column }, 'is not valid JSON from here on')
    return false
  }
}
