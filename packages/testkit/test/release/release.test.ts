import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serversFor } from '../servers-for.ts'
import { exampleScript } from './example.ts'
import { combinedInstallations, readmeInstallation } from './installations.ts'
import { type LoopbackRegistry, startLoopbackRegistry } from './loopback-registry.ts'
import { nodeOf, nodeVersions, oldestTypeScript, typescriptOf } from './other-releases.ts'
import { keptTable, packageRow, packageTable, tableSizes } from './package-table.ts'
import { run, runNpm } from './run-npm.ts'
import { ScratchRepository } from './scratch-repository.ts'
import { typeProblems } from './type-problems.ts'
import { UserFolder } from './user-folder.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const typeRoots = join(root, 'node_modules/@types')
const names = ['config', 'core', 'mcp', 'prompt', 'store-memory', 'store-mysql', 'store-redis']
const long = process.env.SESS_TEST_LONG === '1'
/** It takes minutes: `npm test` leaves it to CI's own step, `npm run test:release`. */
const isWanted = long || process.env.npm_lifecycle_event === 'test:release'
// What nothing runs for is not removed either.
const temp = isWanted ? mkdtempSync(join(tmpdir(), 'sess-release-')) : ''
const timeout = 300_000
const users = new Map<string, UserFolder>()

let repository: ScratchRepository
let registry: LoopbackRegistry
let toRegistry: NodeJS.ProcessEnv = {}

beforeAll(async () => {
  mkdirSync(join(temp, 'repository'))
  repository = await ScratchRepository.copy(root, join(temp, 'repository'))
  registry = await startLoopbackRegistry(temp)
  toRegistry = {
    npm_config_registry: registry.url,
    'npm_config_@sess:registry': registry.url,
    // Without a name npm publishes nothing; this registry does not ask whose it is.
    [`npm_config_${registry.url.slice('http:'.length)}:_authToken`]: 'anybody',
  }
}, timeout)

afterAll(async () => {
  await registry?.close()
  rmSync(temp, { recursive: true, force: true })
})

describe.runIf(isWanted)('release', () => {
  test('the first one is 0.1.0 of every package, with a changelog', { timeout }, async () => {
    await repository.changeset(['version'])
    await repository.commit('versions')
    const versions = [...repository.packages()].map(([name, { version }]) => `${name} ${version}`)
    expect(versions).toEqual(names.map((name) => `@sess/${name} 0.1.0`))
    for (const name of names) {
      const changelog = readFileSync(join(repository.folder, 'packages', name, 'CHANGELOG.md'), 'utf8')
      expect(changelog).toMatch(/^## 0\.1\.0\n\n### Minor Changes\n\n- /m)
    }
  })

  test('outside of CI npm publishes nothing', { timeout }, async () => {
    const folder = join(repository.folder, 'packages/store-memory')
    const outside = { ...toRegistry, GITHUB_ACTIONS: '', GITLAB_CI: '' }
    await expect(runNpm(folder, ['publish'], outside)).rejects.toThrow(/provenance/)
    const { status } = await fetch(`${registry.url}@sess%2fstore-memory`)
    expect(status).toBe(404)
  })

  test('publishes and tags each package', { timeout }, async () => {
    await repository.nameRepository('acme/sess')
    // The one thing that only CI can do: a statement of provenance, signed by the name CI runs under.
    repository.withoutProvenance()
    await repository.changeset(['publish'], toRegistry)
    expect((await repository.git('tag')).trim().split('\n')).toEqual(names.map((name) => `@sess/${name}@0.1.0`))
  })

  test.runIf(long)('publishing again publishes nothing', { timeout }, async () => {
    const said = await repository.changeset(['publish'], toRegistry)
    expect(said).not.toContain('Publishing')
  })

  test('a minor version of core is a patch of the packages that use it', { timeout }, async () => {
    repository.noteChange('@sess/core', 'minor')
    await repository.changeset(['version'])
    const versions = [...repository.packages()].map(([name, { version }]) => `${name} ${version}`)
    expect(versions).toEqual(names.map((name) => `@sess/${name} ${name === 'core' ? '0.2.0' : '0.1.1'}`))
  })
})

const installations = [
  ...['', ...names.map((name) => `packages/${name}/`)].map((folder) => readmeInstallation(root, folder)),
  ...combinedInstallations(),
]

describe.runIf(isWanted).each(installations)('installed: $title', ({ title, packages, examples }) => {
  const scripts = examples.map((example, index) => ({ ...example, script: `example-${index + 1}` }))
  const runnable = scripts.filter(({ runs }) => runs)
  let user: UserFolder
  let sources: readonly string[] = []

  beforeAll(async () => {
    const folder = join(temp, `user-${title.replaceAll(/[^\w.]+/g, '-')}`)
    user = await UserFolder.install(folder, registry.url, packages)
    users.set(title, user)
    sources = scripts.map(({ script, code }) => user.write(`${script}.ts`, code))
  }, timeout)

  test('nothing of ours is there that was not asked for', () => {
    const ours = user.installed().filter((installed) => installed.startsWith('@sess/'))
    expect(ours.toSorted()).toEqual(packages.filter((name) => name.startsWith('@sess/')).toSorted())
  })

  test('its examples compile as Node finds packages', { timeout }, () => {
    expect(typeProblems(ts, user.folder, sources, { resolution: 'nodenext', typeRoots })).toEqual([])
  })

  for (const { place, code, script } of runnable) {
    test(`${place} runs`, { timeout }, async () => {
      const { extension, text } = exampleScript(code, 'import')
      user.write(`${script}.${extension}`, text)
      await user.node(`${script}.${extension}`, { env: await serversFor(code) })
    })
  }

  describe.runIf(long)('in the long form', () => {
    test('its examples compile as bundlers find packages', { timeout }, () => {
      expect(typeProblems(ts, user.folder, sources, { resolution: 'bundler', typeRoots })).toEqual([])
    })

    test.each(['nodenext', 'bundler'] as const)(
      `its examples compile with TypeScript ${oldestTypeScript}, %s`,
      {
        timeout,
      },
      async (resolution) => {
        const oldest = await typescriptOf(oldestTypeScript)
        expect(typeProblems(oldest, user.folder, sources, { resolution, typeRoots })).toEqual([])
      },
    )

    test.each(nodeVersions)('its examples run on Node %s, by import and by require', { timeout }, async (version) => {
      const node = await nodeOf(version)
      for (const { code, script } of runnable) {
        for (const form of ['import', 'require'] as const) {
          const { extension, text } = exampleScript(code, form)
          user.write(`${script}.${extension}`, text)
          await user.node(`${script}.${extension}`, { node, env: await serversFor(code) })
        }
        // This one takes TypeScript as it was pasted.
        if (version.startsWith('24.')) await user.node(`${script}.ts`, { node, env: await serversFor(code) })
      }
    })
  })
})

describe.runIf(isWanted)('the packages', () => {
  test.each(names)('@sess/%s says what it is, and has its licence and README', (name) => {
    const user = installedFor(name)
    expect(user.manifest(`@sess/${name}`)).toMatchObject({
      version: '0.1.0',
      repository: { url: 'git+https://github.com/acme/sess.git', directory: `packages/${name}` },
    })
    expect(JSON.stringify(user.manifest(`@sess/${name}`))).not.toContain('workspace:')
    expect(readdirSync(join(user.folder, 'node_modules/@sess', name))).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'dist', 'package.json']),
    )
  })

  test.runIf(long).each(names)('the tarball of @sess/%s passes publint and attw', { timeout }, async (name) => {
    const tarball = join(temp, 'storage/@sess', name, `${name}-0.1.0.tgz`)
    const publint = join(root, 'node_modules/publint/src/cli.js')
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    await run(process.execPath, [publint, 'run', '--strict', tarball], temp)
    await run(process.execPath, [attw, tarball, '--profile', 'esm-only'], temp)
  })

  test('docs/packages.md tells what is published', () => {
    const rows = names.map((name) => packageRow(installedFor(name), `@sess/${name}`))
    const table = packageTable(rows, `publint, attw, knip, TypeScript ≥ ${oldestTypeScript.replace(/\.\d+$/, '')}`)
    process.stdout.write(`${table}\n`)
    const kept = keptTable(join(root, 'docs/packages.md'), table, { write: process.env.SESS_TEST_WRITE === '1' })
    if (process.env.SESS_TEST_WRITE === '1') return
    const [now, then] = [tableSizes(table), tableSizes(kept)]
    expect(now.lines).toEqual(then.lines)
    // Sizes change with every commit; a table that is further away has to be written anew, by SESS_TEST_WRITE=1.
    for (const [index, size] of now.sizes.entries()) {
      expect(Math.abs(size / (then.sizes[index] ?? 0) - 1)).toBeLessThan(0.25)
    }
  })
})

function installedFor(name: string): UserFolder {
  const user = users.get(`packages/${name}/README.md`)
  if (user === undefined) throw new Error(`${name} was not installed.`)
  return user
}
