import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { agentApi } from './agentapi.ts'
import type { Feature } from './feature.ts'
import { robota } from './robota.ts'
import { seata } from './seata.ts'

const parts: readonly (readonly [title: string, features: readonly Feature[]])[] = [
  ['A. AgentAPI SessionManagerV2 (Go)', agentApi],
  ['B. Robota sessions (TypeScript)', robota],
  ['C. The session package of seata-go (Go)', seata],
]

/** The page that tells what proves each feature. */
export function featuresPage(): string {
  const sections = parts.map(([title, features]) => `## ${title}\n\n${table(features)}`)
  return `# Feature by feature, with its tests

What the three systems promised that sess comes from, how it is done here, and the tests that prove it. Tests of the conformance suite run on every
store: memory, Redis (one server, Cluster, Sentinel) and MySQL or MariaDB, each on real servers. This page is made from the names of tests by
\`packages/testkit/test/features\`, and a test fails if one of them is not there any more.

${sections.join('\n')}`
}

/** Tests that the page names and that are not there, each as `file: name`. */
export function missingTests(root: string): string[] {
  const named = parts.flatMap(([, features]) => features).flatMap(({ tests }) => Object.entries(tests))
  const found = new Map<string, ReadonlySet<string>>()
  return named.flatMap(([file, names]) => {
    const there = found.get(file) ?? textsIn(join(root, 'packages', file))
    found.set(file, there)
    return names.filter((name) => !there.has(name)).map((name) => `${file}: ${name}`)
  })
}

function table(features: readonly Feature[]): string {
  const rows = features.map(({ promised, here, tests }) => `| ${promised} | ${here} | ${proof(tests)} |\n`)
  return `| promised there | here | proved by |\n| --- | --- | --- |\n${rows.join('')}`
}

function proof(tests: Feature['tests']): string {
  const links = Object.entries(tests).map(([file, names]) => {
    const sentences = names.map((name) => `“${name.replaceAll('|', '\\|').replaceAll('%s', '…')}”`)
    return `${sentences.join(', ')} ([${label(file)}](../packages/${file}))`
  })
  return links.join('; ')
}

/** `core/test/limits.test.ts` → `core: limits`. */
function label(file: string): string {
  const [name, , ...rest] = file.replace(/(\.test)?\.ts$/, '').split('/')
  return name === 'core' && rest[0] === 'conformance' ? `every store: ${rest[1]}` : `${name}: ${rest.join('/')}`
}

/** All texts of a source file, its comments left out. */
function textsIn(file: string): ReadonlySet<string> {
  const texts = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest))
  return texts
}
