import type { Catalogue, ListedTool } from './catalogue.ts'
import { definitionFindings } from './definition-findings.ts'

/** The definitions that were accepted, by the tools' own names. Null before the first listing. */
export type Pins = Readonly<Record<string, string>> | null

/** Why a tool is kept back: it came later, is not as it was accepted, or holds text that nobody sees. */
export type QuarantineReason = 'added' | 'changed' | 'hidden-text'

/** Pins for what a server listed first: everything but what hides text. */
export function firstPins({ tools }: Catalogue): Readonly<Record<string, string>> {
  const clean = [...tools.values()].filter(({ definition }) => !hidesText(definition))
  return Object.fromEntries(clean.map(({ definition, hash }) => [definition.name, hash]))
}

/** Null if the tool may be used. */
export function quarantineReason({ definition, hash }: ListedTool, pins: Pins): QuarantineReason | null {
  const pinned = pins !== null && Object.hasOwn(pins, definition.name) ? pins[definition.name] : undefined
  if (pinned === hash) return null
  if (hidesText(definition)) return 'hidden-text'
  return pinned === undefined ? 'added' : 'changed'
}

/** How a listing differs from what was accepted: the tools that are kept back, and the names of those that are gone. */
export interface Drift {
  readonly quarantined: readonly ListedTool[]
  readonly removed: readonly string[]
}

export function driftOf({ tools }: Catalogue, pins: Pins): Drift {
  const listed = new Set([...tools.values()].map(({ definition }) => definition.name))
  return {
    quarantined: [...tools.values()].filter((tool) => quarantineReason(tool, pins) !== null),
    removed: Object.keys(pins ?? {}).filter((name) => !listed.has(name)),
  }
}

function hidesText(definition: ListedTool['definition']): boolean {
  return definitionFindings(definition, []).includes('hidden-text')
}
