import { createRequire } from 'node:module'
import { join } from 'node:path'
import type TypeScript from 'typescript'
import { installOnce } from './install-locked.ts'

/** The first Node that is supported, the first of 22 that takes `require` of an ES module, and the newest of 24. */
export const nodeVersions = ['20.19.0', '22.12.0', '24.21.0'] as const

/** The oldest TypeScript whose compiler takes the declarations and the examples. */
export const oldestTypeScript = '5.0.4'

/** The path of a Node of another version. */
export async function nodeOf(version: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  return join(await installOnce(`node-${platform}-${process.arch}`, version), 'bin/node')
}

/** The compiler of another version. */
export async function typescriptOf(version: string): Promise<typeof TypeScript> {
  const folder = await installOnce('typescript', version)
  return createRequire(join(folder, 'package.json'))('typescript')
}
