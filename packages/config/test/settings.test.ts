import { assert, describe, test } from 'vitest'
import { Candidates } from '../src/candidates.ts'
import { type Config, loadConfig, Secret } from '../src/index.ts'
import { Problems } from '../src/problems.ts'
import { readEnvironment } from '../src/read-environment.ts'
import { allSettings } from '../src/settings/all-settings.ts'
import type { Setting } from '../src/settings/setting.ts'
import { examples } from './examples.ts'
import { load, problemsOf, yamlOf } from './loading.ts'

/** Settings that are refused in spite of a fitting value unless others are there too. */
const companions: Readonly<Record<string, string>> = {
  'store.redis.tls.cert_file': 'SESSION_REDIS_TLS_KEY_FILE',
  'store.redis.tls.key_file': 'SESSION_REDIS_TLS_CERT_FILE',
  'store.mysql.tls.cert_file': 'SESSION_MYSQL_TLS_KEY_FILE',
  'store.mysql.tls.key_file': 'SESSION_MYSQL_TLS_CERT_FILE',
}
const needsKeys = /^(encryption\.enabled|session\.enable_encryption|encryption\.active_key)$/

function valueAt(config: Config, target: string): unknown {
  return target.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], config)
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item) => (item instanceof Secret ? `secret ${item.reveal()}` : item)) ?? 'null',
  )
}

/** What the loader is given beside the setting, so that it loads. */
function beside({ key }: Setting): Record<string, string> {
  const companion = companions[key]
  return {
    ...(companion !== undefined && { [companion]: 'other.pem' }),
    ...(needsKeys.test(key) && { SESSION_ENCRYPTION_KEYS: `k1=${'ab'.repeat(32)}` }),
  }
}

for (const setting of allSettings) {
  const { key, variable } = setting
  describe(key, () => {
    const example = examples[key]
    assert(example, `there is no example of ${key}`)

    function assertBecomes(config: Config): void {
      for (const [target, value] of Object.entries(example?.becomes ?? {})) {
        assert.deepEqual(plain(valueAt(config, target)), plain(value), target)
        assert.notDeepEqual(plain(value), plain(setting.fallback), 'the example is the default')
      }
    }

    test('is read from a file', async () => {
      assertBecomes(await load(yamlOf(key, `'${example.text}'`), beside(setting)))
    })
    test(`is read from ${variable}`, async () => {
      assertBecomes(await loadConfig({}, { [variable]: example.text, ...beside(setting) }))
    })

    test('refuses what does not fit, where it stands, without showing it', async () => {
      for (const bad of example.bad) {
        const [problem, ...others] = await problemsOf(load(`# first line\n${yamlOf(key, bad)}`, beside(setting)))
        assert.equal(others.length, 0, `${bad}: ${JSON.stringify(others)}`)
        assert.equal(problem?.key, key, bad)
        assert.equal(problem?.line, key.split('.').length + 1, bad)
        assert.isAbove(problem?.column ?? 0, 0)
        if (/[a-z]{4}/.test(bad) && !bad.endsWith('://')) assert.notInclude(problem?.problem, bad)
      }
    })

    test(`${variable} refuses the same`, () => {
      for (const bad of example.bad.filter((text) => !/^['"[{]|^null$|^true$/.test(text))) {
        const problems = new Problems()
        readEnvironment({ [variable]: bad }, new Candidates(), problems)
        // Two bad values only show beside others.
        const isSeenLater = `${key}=${bad}` === 'turns.renew=16s' || `${key}=${bad}` === 'encryption.active_key=k1x'
        assert.equal(problems.isEmpty, isSeenLater, bad)
      }
    })
  })
}

test('every example has its setting, every variable and key is there once', () => {
  assert.deepEqual(Object.keys(examples).sort(), allSettings.map(({ key }) => key).sort())
  for (const name of ['key', 'variable'] as const)
    assert.equal(new Set(allSettings.map((setting) => setting[name])).size, allSettings.length, name)
})

test('what nobody gives is the default, and every place of the configuration has a setting', async () => {
  const config = await loadConfig({}, {})
  const targets = new Map(allSettings.filter(({ fallback }) => fallback !== undefined).map((one) => [one.target, one]))
  for (const [target, { fallback }] of targets) assert.deepEqual(valueAt(config, `${target}`), fallback, `${target}`)
  assertFrozen(config)
})

function assertFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  assert(value instanceof Secret || Object.isFrozen(value))
  for (const item of Object.values(value)) assertFrozen(item)
}
