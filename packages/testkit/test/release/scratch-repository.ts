import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { run } from './run-npm.ts'

/** What a release looks at in a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** A copy of this repository to release from: what git knows or would add, and what was built. */
export class ScratchRepository {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Copies `root` into the empty `folder` and commits it there. */
  static async copy(root: string, folder: string): Promise<ScratchRepository> {
    const listed = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], root)
    const built = readdirSync(join(root, 'packages')).flatMap((name) => filesBelow(root, `packages/${name}/dist`))
    for (const file of [...listed.split('\0'), ...built]) {
      // What was deleted and not committed is still listed.
      if (file === '' || !existsSync(join(root, file))) continue
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      copyFileSync(join(root, file), join(folder, file))
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const repository = new ScratchRepository(folder)
    repository.#linkWorkspace()
    await repository.git('init', '--quiet', '--initial-branch=main')
    await repository.commit('what is to be released')
    return repository
  }

  /** The packages that are published, by their names. */
  packages(): ReadonlyMap<string, Manifest> {
    const all = this.#folders().map((folder) => this.#manifest(folder))
    return new Map(all.filter((manifest) => manifest.private !== true).map((manifest) => [manifest.name, manifest]))
  }

  /** Writes a note on a change, as `changeset` does. */
  noteChange(packageName: string, kind: 'patch' | 'minor' | 'major'): void {
    writeFileSync(join(this.folder, '.changeset/a-change.md'), `---\n'${packageName}': ${kind}\n---\n\nA change.\n`)
  }

  /** Names the repository in every package, as the release workflow does. */
  async nameRepository(name: string): Promise<void> {
    await run(process.execPath, ['packages/testkit/scripts/name-repository.mjs'], this.folder, {
      GITHUB_REPOSITORY: name,
      GITHUB_SERVER_URL: 'https://github.com',
    })
  }

  /** Lets packages be published from here. */
  withoutProvenance(): void {
    for (const folder of this.#folders()) {
      const file = join(this.folder, folder, 'package.json')
      const { publishConfig: { provenance: _, ...publishConfig } = {}, ...manifest } = JSON.parse(
        readFileSync(file, 'utf8'),
      )
      writeFileSync(file, JSON.stringify({ ...manifest, publishConfig }))
    }
  }

  async commit(message: string): Promise<void> {
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--message', message)
  }

  async git(...args: readonly string[]): Promise<string> {
    const person = ['-c', 'user.name=release', '-c', 'user.email=release@localhost', '-c', 'commit.gpgsign=false']
    return await run('git', [...person, ...args], this.folder)
  }

  /** Runs a command of changesets, with the pnpm of this repository on the PATH. */
  async changeset(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { packageManager } = JSON.parse(readFileSync(join(this.folder, 'package.json'), 'utf8'))
    // Asked for by itself: npm would look for pnpm, too, in the registry that `env` may name.
    const command = ['exec', '--yes', `--package=${packageManager}`, '--', process.execPath, '-p', 'process.env.PATH']
    const path = (await run('npm', command, this.folder)).trim()
    const script = join(this.folder, 'node_modules/@changesets/cli/bin.js')
    return await run(process.execPath, [script, ...args], this.folder, { ...env, PATH: path })
  }

  /** pnpm reads the versions of the workspace through the links that an installation makes. */
  #linkWorkspace(): void {
    const folders = this.#folders()
    const places = new Map(folders.map((folder) => [this.#manifest(folder).name, folder]))
    for (const folder of folders) {
      const { dependencies, devDependencies, peerDependencies } = this.#manifest(folder)
      for (const name of Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })) {
        const place = places.get(name)
        if (place === undefined) continue
        const link = join(this.folder, folder, 'node_modules', name)
        mkdirSync(dirname(link), { recursive: true })
        symlinkSync(relative(dirname(link), join(this.folder, place)), link)
      }
    }
  }

  #folders(): string[] {
    return readdirSync(join(this.folder, 'packages')).map((name) => `packages/${name}`)
  }

  #manifest(folder: string): Manifest {
    return JSON.parse(readFileSync(join(this.folder, folder, 'package.json'), 'utf8'))
  }
}

function filesBelow(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}
