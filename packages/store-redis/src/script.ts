import { createHash } from 'node:crypto'

/** A Lua script: one command file behind the shared pieces it needs. */
export interface Script {
  /** Repeating it has no second effect, and a lost answer leaves nothing uncertain. */
  readonly kind: 'read' | 'write'
  /** It takes several calls at once; see shared.lua. */
  readonly isShared: boolean
  /** The text and its name at the server. */
  compiled(settings: ScriptSettings): CompiledScript
}

/** What is written into the text of every script, as it is the same for a whole store. */
export interface ScriptSettings {
  readonly graceMs: number
  /** Whether one server has all slots. */
  readonly isSingle: boolean
}

export interface CompiledScript {
  readonly text: string
  readonly sha: string
}

/** What a reply begins with that brings along what other slots must know: mark, reply, reports; see `finished` in index.lua. */
export const reportMark = '@'

/**
 * Pieces that most runs of a script can do without: making forty functions takes as long as two commands. `rest()` makes
 * them and answers those that are named; `rested(reply)` finishes if anybody called it.
 */
export function lazily(names: readonly string[], ...pieces: readonly string[]): string {
  const table = ['finished', ...names].map((name) => `${name} = ${name}`).join(', ')
  return `local made
local function rest()
if made then return made end
${pieces.join('')}
made = { ${table} }
return made
end
local function rested(reply)
if made then return made.finished(reply) end
return reply
end
`
}

export function defineScript(kind: Script['kind'], ...pieces: readonly string[]): Script {
  return define(kind, false, pieces)
}

/** A script that takes several calls at once, by `each` of shared.lua. */
export function defineShared(kind: Script['kind'], ...pieces: readonly string[]): Script {
  return define(kind, true, pieces)
}

function define(kind: Script['kind'], isShared: boolean, pieces: readonly string[]): Script {
  const compiled = new Map<string, CompiledScript>()
  const body = pieces.join('')
  return {
    kind,
    isShared,
    compiled({ graceMs, isSingle }) {
      const head = `local GRACE, SINGLE = ${graceMs}, ${isSingle}\n`
      const known = compiled.get(head)
      if (known !== undefined) return known
      const text = head + body
      const made = { text, sha: createHash('sha1').update(text).digest('hex') }
      compiled.set(head, made)
      return made
    },
  }
}
