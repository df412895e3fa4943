import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readmeBlocks } from '../readme-blocks.ts'
import { installedBy } from './example.ts'

/** What somebody installs in an empty folder, and what is to work there. */
export interface Installation {
  readonly title: string
  readonly packages: readonly string[]
  readonly examples: readonly Example[]
}

interface Example {
  /** Where it stands. */
  readonly place: string
  readonly code: string
  /** False: compiled, not run. */
  readonly runs: boolean
}

/** What the README of a folder of this repository says. */
export function readmeInstallation(root: string, folder: string): Installation {
  const file = `${folder}README.md`
  return {
    title: file,
    packages: installedBy(readFileSync(join(root, file), 'utf8')),
    examples: readmeBlocks(root).filter(({ place }) => place.startsWith(`${file}:`)),
  }
}

const redis = ['@sess/store-redis', 'ioredis']
const mysql = ['@sess/store-mysql', 'kysely', 'mysql2']
const mcp = ['@sess/mcp', '@modelcontextprotocol/sdk']

/**
 * What no README installs, by the program in `combinations/` that runs there. Together with the READMEs each package is there beside
 * each kind of store.
 */
const combinations: readonly (readonly [title: string, program: string, packages: readonly string[]])[] = [
  ['config and memory', 'config-memory', ['@sess/config', '@sess/store-memory']],
  ['config and Redis', 'config-redis', ['@sess/config', ...redis]],
  ['config and MySQL', 'config-mysql', ['@sess/config', ...mysql]],
  ['MCP and Redis', 'mcp-redis', [...mcp, ...redis]],
  ['prompts and MySQL', 'prompt-mysql', ['@sess/prompt', ...mysql]],
  ['everything', 'everything', ['@sess/config', '@sess/prompt', '@sess/store-memory', ...mcp, ...redis, ...mysql]],
  ['the oldest driver of Redis', 'config-redis', ['@sess/config', '@sess/store-redis', 'ioredis@5.9.0']],
  [
    'the oldest drivers of MySQL',
    'config-mysql',
    ['@sess/config', '@sess/store-mysql', 'kysely@0.28.0', 'mysql2@3.11.0'],
  ],
]

/** Combinations of packages that somebody would choose. */
export function combinedInstallations(): readonly Installation[] {
  return combinations.map(([title, program, packages]) => {
    const code = readFileSync(new URL(`combinations/${program}.ts`, import.meta.url), 'utf8')
    return { title, packages: ['@sess/core', ...packages], examples: [{ place: program, code, runs: true }] }
  })
}
