import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall } from './apt-install.ts'
import { dockerHas } from './docker.ts'
import { findExecutable } from './find-executable.ts'
import { makeTempFolder } from './temp-folder.ts'

/** What has to be there to start a server, and where it can come from. */
export interface Software {
  readonly name: string
  /** All of them are needed. */
  readonly executables: readonly string[]
  /** An executable that becomes another one when it is called by the other's name: `redis-server` by `redis-check-rdb`. */
  readonly sameAs?: Readonly<Record<string, string>>
  /** Packages of Debian and Ubuntu that hold the executables and no service: nothing is started by installing them. */
  readonly debianPackages: readonly string[]
  readonly image: string
}

/** Where the executables are: their paths by name, or an image. */
export type Program = { readonly paths: ReadonlyMap<string, string> } | { readonly image: string }

/**
 * Finds a program on PATH; else installs it, as root on Debian or Ubuntu; else takes Docker.
 *
 * @throws an Error whose message says in one sentence what to do, if there is no way.
 */
export async function findProgram(software: Software): Promise<Program> {
  const found = onPath(software) ?? ((await aptInstall(software.debianPackages)) ? onPath(software) : undefined)
  if (found !== undefined) return { paths: found }
  if (await dockerHas(software.image)) return { image: software.image }
  throw new Error(
    `${software.name} is needed for these tests: put ${software.executables.join(' and ')} on PATH, ` +
      'run the tests as root on Debian or Ubuntu to have it installed, or start Docker.',
  )
}

function onPath(software: Software): Map<string, string> | undefined {
  const paths = new Map<string, string>()
  for (const name of software.executables) {
    const path = findExecutable(name) ?? linked(name, software.sameAs?.[name])
    if (path === undefined) return undefined
    paths.set(name, path)
  }
  return paths
}

function linked(name: string, other: string | undefined): string | undefined {
  const target = other === undefined ? undefined : findExecutable(other)
  if (target === undefined) return undefined
  const known = links.get(target)
  if (known !== undefined) return known
  const link = join(makeTempFolder('link'), name)
  symlinkSync(target, link)
  links.set(target, link)
  return link
}

const links = new Map<string, string>()
