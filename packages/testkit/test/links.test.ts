import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

test('links: each link of a page leads to a file or a heading of this repository', () => {
  expect(pages().flatMap(brokenLinks)).toEqual([])
})

test('links: what leads nowhere is found', () => {
  const text = '# A b\n[1](#a-b) [2](#c) [3](../README.md) [4](nowhere.md) [5](https://a.example)\n```\n[6](#d)\n```\n'
  expect(brokenLinks({ file: 'docs/page.md', text })).toEqual(['docs/page.md: #c', 'docs/page.md: nowhere.md'])
})

interface Page {
  readonly file: string
  readonly text: string
}

function pages(): readonly Page[] {
  const folders = ['', 'docs/', ...['packages', 'apps'].flatMap((parent) => below(parent))]
  return folders
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}${name}`))
    .filter((file) => file.endsWith('.md') && !file.endsWith('CHANGELOG.md'))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
}

function below(parent: string): readonly string[] {
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}/`)
}

function brokenLinks({ file, text }: Page): readonly string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links
    .filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(file, text, link))
    .map((link) => `${file}: ${link}`)
}

function leadsSomewhere(file: string, text: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = join(root, path === '' ? file : normalize(join(dirname(file), path)))
  if (path !== '' && !existsSync(target)) return false
  if (heading === undefined) return true
  const page = target.endsWith('.md') ? target : join(target, 'README.md')
  const there = path === '' ? text : existsSync(page) ? readFileSync(page, 'utf8') : ''
  return headings(there).includes(heading)
}

/** The names by which GitHub links to the headings of a page. */
function headings(text: string): readonly string[] {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function prose(text: string): string {
  return text.replaceAll(/```.*?```/gs, '')
}
