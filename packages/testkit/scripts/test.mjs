// The runner behind `npm test`: every gate, and every test. Ends with "N passed, N failed".
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bin, root, run } from './run.mjs'

const { long } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { long: { type: 'boolean' } },
}).values
const pnpm = process.env.npm_execpath
if (pnpm === undefined || !/pnpm/.test(pnpm)) throw new Error('Run this as `npm test`: pnpm is needed to pack.')
const temp = mkdtempSync(join(tmpdir(), 'sess-test-'))
process.on('exit', () => rmSync(temp, { recursive: true, force: true }))
const failedGates = []
/** What is said of gates while the tests draw on a terminal. */
let heldLines = null

let niceness = 0
await Promise.all([
  gate('build', bin('turbo'), ['run', 'build', '--concurrency=2', '--output-logs=errors-only']),
  gate('declarations and types', tsc(), ['-b']),
])
// Tests wait for servers and for time to pass: the other gates take the core that is free meanwhile, and not much more.
niceness = 5
const otherGates = oneAfterAnother([
  () => gate('types of the tests', tsc(), ['-p', 'tsconfig.test.json']),
  () => gate('biome', bin('@biomejs/biome', 'biome'), ['ci', '--error-on-warnings', '--colors=off']),
  () => gate('knip', bin('knip'), []),
  // The types are right by now.
  () =>
    gate('documentation of the API', bin('typedoc'), [
      ...['--emit', 'none'],
      ...['--skipErrorChecking', '--treatWarningsAsErrors'],
    ]),
  () => gate('dependency-cruiser', bin('dependency-cruiser', 'depcruise'), ['packages', 'apps']),
  ...publishedPackages().map((name) => () => packageGates(name)),
])
const { passed, failed } = await tests()
await otherGates

if (failedGates.length > 0) print(`\nFailed gates: ${failedGates.join(', ')}`)
print(`${passed} passed, ${failed} failed`)
process.exitCode = failedGates.length > 0 || failed > 0 || passed === 0 ? 1 : 0

/** The compiler that is a program; the one in JavaScript takes three times as long to say the same. */
function tsc() {
  return bin('typescript-native', 'tsc')
}

async function gate(name, script, args) {
  const { code, output, durationMs } = await run(script, args, { niceness })
  print(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(32)}${seconds(durationMs)}`)
  if (code === 0) return true
  print(output)
  failedGates.push(name)
  return false
}

/** Packs a package as it would be published, and looks at the tarball. */
async function packageGates(name) {
  const tarball = join(temp, `${name}.tgz`)
  const packed = await gate(`${name}: pack`, pnpm, ['--dir', join(root, 'packages', name), 'pack', '--out', tarball])
  if (!packed) return
  await gate(`${name}: publint`, bin('publint'), ['run', '--strict', tarball])
  await gate(`${name}: attw`, bin('@arethetypeswrong/cli', 'attw'), [tarball, '--profile', 'esm-only'])
}

function publishedPackages() {
  return readdirSync(join(root, 'packages')).filter((name) => {
    const file = join(root, 'packages', name, 'package.json')
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).private !== true
  })
}

async function tests() {
  const file = join(temp, 'vitest.json')
  const slowest = join(root, 'packages/testkit/scripts/slowest-reporter.mjs')
  // Thousands of dots are for people only.
  const progress = process.stdout.isTTY ? ['--reporter=dot'] : ['--reporter=agent']
  const args = ['run', ...progress, '--reporter=json', `--reporter=${slowest}`, `--outputFile.json=${file}`]
  if (process.stdout.isTTY) heldLines = []
  const { code, durationMs } = await run(bin('vitest'), args, {
    show: true,
    env: long ? { SESS_TEST_LONG: '1', SESS_TEST_MYSQL: '1', SESS_TEST_REDIS_VERSIONS: '1' } : {},
  })
  const lines = heldLines ?? []
  heldLines = null
  for (const line of lines) print(line)
  print(`${code === 0 ? 'ok  ' : 'FAIL'}  ${'tests'.padEnd(32)}${seconds(durationMs)}`)
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  // The suite that stores are held to says how large it is in the name of a test.
  const sizes = report.testResults.flatMap(({ assertionResults }) => assertionResults).map(({ title }) => title)
  for (const title of sizes.filter((title) => /^\d+ mutants, \d+ cases$/.test(title)))
    print(`      conformance: ${title}`)
  // A file that could not be loaded has no failed test in it, and an error outside of any test fails only the run.
  const broken = report.testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
  })
  const failed = report.numFailedTests + broken.length
  return { passed: report.numPassedTests, failed: code === 0 ? failed : Math.max(failed, 1) }
}

async function oneAfterAnother(tasks) {
  for (const task of tasks) await task()
}

function seconds(durationMs) {
  return `${(durationMs / 1000).toFixed(1)} s`.padStart(7)
}

function print(line) {
  if (heldLines === null) process.stdout.write(`${line}\n`)
  else heldLines.push(line)
}
