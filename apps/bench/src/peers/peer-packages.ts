import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { PeerModules } from './peer-modules.ts'

/**
 * Installs the packages of `peers/` into the user's cache folder, unless they are there, and loads them. They are 200
 * packages and 230 MB, which nobody should wait for who only wants to run the tests.
 */
export async function loadPeerPackages(): Promise<PeerModules> {
  const folder = peersFolder()
  const lock = readFileSync(join(folder, 'package-lock.json'))
  const name = createHash('sha256').update(lock).update(entry).digest('hex').slice(0, 16)
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sess-bench', name)
  if (!existsSync(cache)) await install(folder, cache)
  // Nothing of this benchmark is anybody's usage to be counted.
  process.env.MASTRA_TELEMETRY_DISABLED = '1'
  return (await import(pathToFileURL(join(cache, 'entry.mjs')).href)) as PeerModules
}

/** `name@version` of a package, as it is pinned. */
export function peerName(name: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(peersFolder(), 'package.json'), 'utf8'))
  return `${name}@${dependencies[name]}`
}

const entry = `export { HumanMessage } from '@langchain/core/messages'
export { RedisChatMessageHistory } from '@langchain/redis'
export { MySQLStore as MastraMysqlStore } from '@mastra/mysql'
export { RedisStore as MastraRedisStore } from '@mastra/redis'
export { RedisStore as ConnectRedisStore } from 'connect-redis'
export { default as expressMysqlSession } from 'express-mysql-session'
export { default as expressSession } from 'express-session'
export { createClient } from 'redis'
`

async function install(folder: string, cache: string): Promise<void> {
  process.stderr.write('Installing the packages to compare with.\n')
  const beside = `${cache}-${process.pid}`
  mkdirSync(beside, { recursive: true })
  try {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(folder, file), join(beside, file))
    const options = { cwd: beside, timeout: 300_000 }
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], options)
    writeFileSync(join(beside, 'entry.mjs'), entry)
    renameSync(beside, cache)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

/** From the sources and from the bundle alike. */
function peersFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const peers = join(folder, 'peers')
    if (existsSync(join(peers, 'package-lock.json'))) return peers
  }
  throw new Error('The folder peers is missing: run the benchmark inside of the repository.')
}
