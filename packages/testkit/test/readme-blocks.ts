import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One ```ts block of a README. */
export interface ReadmeBlock {
  /** Where it is: `packages/core/README.md:12`, the line of its fence. */
  readonly place: string
  readonly code: string
  /** False for ```ts no-run: compiled, not run. */
  readonly runs: boolean
}

/** All ```ts blocks of the READMEs of the repository, of its packages and of its apps, and of the pages in docs/. */
export function readmeBlocks(root: string): ReadmeBlock[] {
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}/`),
  )
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  return [...['', ...folders].map((folder) => `${folder}README.md`), ...pages.map((name) => `docs/${name}`)]
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => blocksOf(file, readFileSync(join(root, file), 'utf8')))
}

function blocksOf(file: string, text: string): ReadmeBlock[] {
  const blocks: ReadmeBlock[] = []
  for (const match of text.matchAll(/^([ ]*)```ts(?: (.*))?\n([\s\S]*?)^\1```$/gm)) {
    const [, indent = '', info, code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    const place = `${file}:${line}`
    if (info !== undefined && info !== 'no-run') throw new Error(`${place}: unknown word after the fence: ${info}`)
    blocks.push({ place, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), runs: info === undefined })
  }
  return blocks
}
