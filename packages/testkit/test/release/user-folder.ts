import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run, runNpm } from './run-npm.ts'
import type { Manifest } from './scratch-repository.ts'

/** What somebody has who made an empty folder and installed some packages. */
export class UserFolder {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Makes the folder and installs there. Packages of ours come from `registryUrl`, all others from where npm finds them. */
  static async install(folder: string, registryUrl: string, packages: readonly string[]): Promise<UserFolder> {
    mkdirSync(folder)
    writeFileSync(join(folder, '.npmrc'), `@sess:registry=${registryUrl}\n`)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
    await runNpm(folder, ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages])
    return new UserFolder(folder)
  }

  /** The names of the packages that were installed, all of them. */
  installed(): string[] {
    const { packages } = JSON.parse(readFileSync(join(this.folder, 'node_modules/.package-lock.json'), 'utf8'))
    return Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''))
  }

  manifest(name: string): Manifest {
    return readManifest(this.#place(name))
  }

  /** How many files a package has, and how many bytes they are. */
  size(name: string): { readonly files: number; readonly bytes: number } {
    const place = this.#place(name)
    const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const bytes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    return { files: files.length, bytes: bytes.reduce((sum, size) => sum + size, 0) }
  }

  /** The packages that one of them needs, itself included: its dependencies and required peers, and theirs. */
  neededBy(name: string): ReadonlySet<string> {
    const places = new Set<string>()
    const add = (place: string): void => {
      if (places.has(place)) return
      places.add(place)
      const { dependencies, peerDependencies = {}, peerDependenciesMeta = {} } = readManifest(place)
      const peers = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true)
      for (const needed of [...Object.keys(dependencies ?? {}), ...peers]) add(this.#placeSeenFrom(place, needed))
    }
    add(this.#place(name))
    return places
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name)
    writeFileSync(file, text)
    return file
  }

  /** Runs a script there, and answers what it printed. */
  async node(
    script: string,
    options: { readonly node?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<string> {
    return await run(options.node ?? process.execPath, [script], this.folder, options.env)
  }

  #place(name: string): string {
    return join(this.folder, 'node_modules', name)
  }

  /** As Node looks for a package: beside the one that asks, and in each folder above. */
  #placeSeenFrom(place: string, name: string): string {
    for (let folder = place; folder.startsWith(this.folder); folder = dirname(folder)) {
      const found = join(folder, 'node_modules', name)
      if (existsSync(found)) return found
    }
    throw new Error(`${place} needs ${name}, which was not installed.`)
  }
}

function readManifest(place: string): Manifest {
  return JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
}
