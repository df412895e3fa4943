/** Takes places in a registry, as one of several processes of an application: folder, cap, wanted. Holds them while stdin is open. */
import { ProcessRegistry } from '../../src/stdio/process-registry.ts'

const [, , runtimeFolder = '', cap, wanted] = process.argv
const registry = new ProcessRegistry({ runtimeFolder, maxProcesses: Number(cap) })
let taken = 0
for (let at = 0; at < Number(wanted); at++) {
  await registry.enter().then(
    () => taken++,
    () => {},
  )
}
process.stdout.write(`${taken}\n`)
process.stdin.resume()
