import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { ValueSchema } from '../src/kinds/kind.ts'
import { allSettings } from '../src/settings/all-settings.ts'
import type { Setting } from '../src/settings/setting.ts'

// `vitest run --project config -u` writes both files anew.
const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const schema = fileURLToPath(new URL('../schema.json', import.meta.url))

test('the table of the README is that of the settings', async () => {
  const [before = '', rest = ''] = readFileSync(readme, 'utf8').split('<!-- settings -->\n')
  const [, after = ''] = rest.split('<!-- end of settings -->\n')
  const text = `${before}<!-- settings -->\n${tables()}<!-- end of settings -->\n${after}`
  await expect(text).toMatchFileSnapshot(readme)
})

test('the JSON Schema is that of the settings', async () => {
  await expect(`${JSON.stringify(schemaOf(), null, 2)}\n`).toMatchFileSnapshot(schema)
})

function tables(): string {
  const sections = new Map<string, Setting[]>()
  for (const setting of allSettings) {
    const section = setting.key.split('.').slice(0, setting.key.startsWith('store.') ? 2 : 1)[0] ?? ''
    const name =
      setting.key.split('.').length === 1 ? '' : setting.key.startsWith('store.') ? storeSection(setting) : section
    sections.set(name, [...(sections.get(name) ?? []), setting])
  }
  return [...sections]
    .map(
      ([name, settings]) =>
        `### ${name === '' ? 'At the top' : `\`${name}\``}\n\n${head}${settings.map(row).join('')}\n`,
    )
    .join('')
}

const head = '| key | variable | type | default | |\n| --- | --- | --- | --- | --- |\n'

function storeSection({ key }: Setting): string {
  return key.split('.').slice(0, -1).slice(0, 2).join('.')
}

function row({ key, variable, kind, fallbackText, meaning, withoutEffect }: Setting): string {
  const cells = [
    `\`${key}\``,
    `\`${variable}\``,
    kind.takes,
    fallbackText,
    withoutEffect === null ? meaning : `${meaning}: without effect, ${withoutEffect}`,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
}

interface Section {
  type: 'object'
  additionalProperties: false
  properties: Record<string, Section | ValueSchema>
}

function schemaOf(): object {
  const root = newSection()
  root.properties.$schema = { type: 'string' }
  for (const { key, kind, meaning, fallbackText } of allSettings) {
    const names = key.split('.')
    const description = `${meaning}. Must be ${kind.takes}.${fallbackText === '' ? '' : ` Default: ${fallbackText}.`}`
    const name = names.pop() ?? ''
    const section = names.reduce((parent, part) => sectionIn(parent, part), root)
    // Any text may hold a variable.
    section.properties[name] = { description, anyOf: [kind.schema, { type: 'string', pattern: '\\$\\{.*\\}' }] }
  }
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Configuration of sess', ...root }
}

function sectionIn(parent: Section, name: string): Section {
  parent.properties[name] ??= newSection()
  return parent.properties[name] as Section
}

function newSection(): Section {
  return { type: 'object', additionalProperties: false, properties: {} }
}
