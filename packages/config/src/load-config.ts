import { fileURLToPath } from 'node:url'
import { invalidArgument } from '@sess/core'
import { Candidates } from './candidates.ts'
import { checkChosen } from './check-chosen.ts'
import { Chosen } from './chosen.ts'
import type { Config } from './config.ts'
import type { Environment } from './environment.ts'
import { parseText } from './file/parse-text.ts'
import { readText } from './file/read-text.ts'
import { substituteValues } from './file/substitute-values.ts'
import { valueOfObject } from './file/value-of-object.ts'
import { rememberOrigins } from './origins.ts'
import { Problems, type Subject } from './problems.ts'
import { readEnvironment } from './read-environment.ts'
import { readFileValues } from './read-file-values.ts'
import { type MapValue, nowhere } from './value.ts'

/**
 * The configuration from a file (`.yaml`, `.yml` or `.json`) or an object, with variables over it and defaults under it. In
 * files, `${VAR}` and `${VAR:-default}` are filled in; objects are taken as they are.
 *
 * @param source - default: nothing, so variables and defaults alone
 * @param environment - default: `process.env`
 * @throws {@link SessError} `CONFIG_INVALID` with all problems and their places. No values are in it.
 * @throws {@link SessError} `INVALID_ARGUMENT` if `source` is no path and no plain object.
 */
export async function loadConfig(
  source: string | URL | object = {},
  environment: Environment = process.env,
): Promise<Config> {
  const problems = new Problems()
  const candidates = new Candidates()
  const path = pathOf(source)
  const root = path === null ? valueOfObject(source as object) : await readFileOf(path, environment, problems)
  if (root !== null) readFileValues(root, path, candidates, problems)
  readEnvironment(environment, candidates, problems)
  const chosen = new Chosen(candidates, problems)
  // Without the file, what follows from its values would be noise.
  if (root !== null) checkChosen(chosen, problems)
  problems.throwIfAny()
  const config = frozenTree(chosen) as unknown as Config
  rememberOrigins(config, chosen, candidates.given)
  return config
}

function pathOf(source: string | URL | object): string | null {
  if (typeof source === 'string' && source !== '') return source
  if (source instanceof URL) {
    if (source.protocol === 'file:') return fileURLToPath(source)
  } else if (typeof source === 'object' && source !== null) return null
  throw invalidArgument('source', 'must be the path of a file, a file: URL or an object')
}

async function readFileOf(path: string, environment: Environment, problems: Problems): Promise<MapValue | null> {
  const file: Subject = { file: path, key: null, ...nowhere }
  const [, ending] = /\.(yaml|yml|json)$/i.exec(path) ?? []
  if (ending === undefined) {
    problems.add(file, 'must end in .yaml, .yml or .json')
    return null
  }
  const text = await readText(path, file, problems)
  const root = text === null ? null : parseText(text, ending.toLowerCase() === 'json' ? 'json' : 'yaml', file, problems)
  return root === null ? null : substituteValues(root, environment, file, problems)
}

type Tree = { [name: string]: unknown }

function frozenTree(chosen: Chosen): Tree {
  const root: Tree = {}
  const sections = new Map<string, Tree>([['', root]])
  for (const [target, { value }] of chosen.entries()) {
    const dot = target.lastIndexOf('.')
    sectionOf(target.slice(0, Math.max(dot, 0)))[target.slice(dot + 1)] = value
  }
  for (const section of sections.values()) Object.freeze(section)
  return root

  function sectionOf(path: string): Tree {
    const known = sections.get(path)
    if (known !== undefined) return known
    const dot = path.lastIndexOf('.')
    const made: Tree = {}
    sections.set(path, made)
    sectionOf(path.slice(0, Math.max(dot, 0)))[path.slice(dot + 1)] = made
    return made
  }
}
