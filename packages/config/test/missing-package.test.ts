import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { assert, describe, onTestFinished, test } from 'vitest'

const packages = fileURLToPath(new URL('../../', import.meta.url))

const program = `
import { createSessionManager, loadConfig } from '@sess/config'
const mysql = { username: 'u' }
const config = await loadConfig({ store: { type: process.argv[2], mysql } }, {})
try {
  const manager = await createSessionManager(config)
  await manager.close()
  console.log(JSON.stringify({ code: 'opened' }))
} catch ({ code, message, details }) {
  console.log(JSON.stringify({ code, message, details }))
}
`

/** Runs the built package where only these packages of ours are installed, without drivers. */
async function runWith(installed: readonly string[], storeType: string) {
  const folder = mkdtempSync(join(tmpdir(), 'sess-installed-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@sess'), { recursive: true })
  for (const name of ['config', 'core', ...installed]) {
    const from = join(packages, name)
    assert(existsSync(join(from, 'dist/index.js')), `${name} is not built: run npm test or pnpm build first.`)
    for (const part of ['package.json', 'dist'])
      cpSync(join(from, part), join(modules, '@sess', name, part), { recursive: true })
  }
  symlinkSync(realpathSync(join(packages, 'config/node_modules/yaml')), join(modules, 'yaml'))
  writeFileSync(join(folder, 'main.mjs'), program)
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs'), storeType], {
    timeout: 30_000,
  })
  return JSON.parse(stdout) as { code: string; message?: string; details?: unknown }
}

describe('the built package', () => {
  for (const [storeType, installed, missing, command] of [
    ['memory', [], '@sess/store-memory', 'npm install @sess/store-memory'],
    ['redis', ['store-memory'], '@sess/store-redis', 'npm install @sess/store-redis ioredis'],
    ['redis', ['store-redis'], 'ioredis', 'npm install @sess/store-redis ioredis'],
    ['mysql', [], '@sess/store-mysql', 'npm install @sess/store-mysql kysely mysql2'],
    ['mysql', ['store-mysql'], /^(kysely|mysql2)$/, 'npm install @sess/store-mysql kysely mysql2'],
  ] as const) {
    test(`${storeType} without ${missing}`, { timeout: 40_000 }, async () => {
      const { code, message, details } = await runWith(installed, storeType)
      assert.equal(code, 'PACKAGE_MISSING')
      const { package: name, install } = details as { package: string; install: string }
      assert.match(name, typeof missing === 'string' ? new RegExp(`^${missing}$`) : missing)
      assert.equal(install, command)
      assert.equal(message, `${name} is not installed; run: ${command}`)
    })
  }

  test('memory alone needs nothing else', { timeout: 40_000 }, async () => {
    assert.deepEqual(await runWith(['store-memory'], 'memory'), { code: 'opened' })
  })
})
