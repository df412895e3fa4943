// Builds what the demo needs without a word, then hands it this terminal.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { bin, root, run } from './run.mjs'

const build = await run(bin('turbo'), ['run', 'build', '--filter=@sess/demo...', '--output-logs=errors-only'])
if (build.code !== 0) {
  process.stderr.write(build.output)
  process.exit(build.code)
}

// npm and pnpm each may leave a `--` in front of the arguments.
const args = process.argv.slice(2)
while (args[0] === '--') args.shift()

const demo = spawn(process.execPath, [join(root, 'apps/demo/dist/main.js'), ...args], { stdio: 'inherit' })
process.on('SIGINT', () => {
  // The terminal sends Ctrl-C to the demo too; this process only waits for it to end.
})
process.on('SIGTERM', () => demo.kill('SIGTERM'))
demo.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)
})
