import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { featuresPage, missingTests } from './features/features-page.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const file = join(root, 'docs/features.md')

test('features: every test that proves one is there', () => {
  expect(missingTests(root)).toEqual([])
})

test('features: docs/features.md is what the tests say; SESS_TEST_WRITE=1 writes it anew', () => {
  const page = featuresPage()
  if (process.env.SESS_TEST_WRITE === '1') writeFileSync(file, page)
  expect(readFileSync(file, 'utf8')).toBe(page)
})
