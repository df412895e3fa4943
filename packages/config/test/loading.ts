import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConfigProblem, isSessError } from '@sess/core'
import { assert, onTestFinished } from 'vitest'
import { type Config, loadConfig } from '../src/index.ts'

/** The path of a new file with this content, gone after the test. */
export function fileOf(content: string | Uint8Array, name = 'sess.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'sess-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Loads a file with this content, with no variables but these. */
export async function load(content: string, environment: Record<string, string> = {}, name?: string): Promise<Config> {
  return await loadConfig(fileOf(content, name), environment)
}

/** The problems of a configuration that can't be loaded. */
export async function problemsOf(loading: Promise<unknown>): Promise<readonly ConfigProblem[]> {
  return (await errorOf(loading)).details.problems
}

export async function errorOf(loading: Promise<unknown>) {
  try {
    await loading
  } catch (error) {
    assert(isSessError(error, 'CONFIG_INVALID'), `${error}`)
    return error
  }
  throw new Error('it was loaded')
}

/** `key: value` lines from a key with dots. */
export function yamlOf(key: string, value: string): string {
  const names = key.split('.')
  return `${names.map((name, level) => `${'  '.repeat(level)}${name}:`).join('\n')} ${value}\n`
}
