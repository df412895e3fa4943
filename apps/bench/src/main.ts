import { MemoryStore } from '@sess/store-memory'
import { listInCrowds } from './crowds.ts'
import { bare, careful } from './floor-contestants.ts'
import { bytesOf, weigh } from './heap.ts'
import { hotPaths } from './hot-paths.ts'
import { costOfLength } from './long-chats.ts'
import type { Result } from './measure.ts'

const [, , mode, weighing = ''] = process.argv
if (mode === 'weigh') await weigh(weighing, new MemoryStore())
else await printMemoryStore()

async function printMemoryStore(): Promise<void> {
  const newStore = (): MemoryStore => new MemoryStore()
  print(`# @sess/store-memory, Node ${process.versions.node}\n`)
  print('Speed as a part of the floors: 1.00 is as fast, 0.50 takes twice as long. Medians of interleaved rounds.\n')
  print('| operation | × bare Map | × careful Map | µs | CPU µs |')
  print('| --- | --: | --: | --: | --: |')
  for await (const { title, results } of hotPaths(newStore)) for (const line of floorLines(title, results)) print(line)

  const { earlyNs, lateNs, ratio } = await costOfLength(newStore)
  const [few, many] = await listInCrowds(newStore)
  print('\n| ratio | goal | measured |')
  print('| --- | --: | --: |')
  print(
    `| append number 10,000 (${micros(lateNs)} µs) ÷ number 100 (${micros(earlyNs)} µs) | ≤ 1.1 | ${ratio.toFixed(2)} |`,
  )
  if (few !== undefined && many !== undefined) {
    const slower = few.speedOf.get(many.name) ?? NaN
    print(
      `| list 20 among 100,000 (${micros(many.nsPerOperation)} µs) ÷ among 1,000 (${micros(few.nsPerOperation)} µs) | ≤ 1.2 | ${slower.toFixed(2)} |`,
    )
  }
  print('\n| bytes of heap | goal | measured |')
  print('| --- | --: | --: |')
  print(`| a message of 1 KiB | 1,331 | ${Math.round(bytesOf('message'))} |`)
  print(`| an idle session, one user each | 1,500 | ${Math.round(bytesOf('session'))} |`)
  print(`| an idle session with an empty chat | | ${Math.round(bytesOf('sessionWithChat'))} |`)
}

function floorLines(title: string, results: readonly Result[]): string[] {
  return results.map(({ name, speedOf, nsPerOperation, cpuNsPerOperation }) => {
    const [overBare, overCareful] = [bare, careful].map((floor) => (speedOf.get(floor) ?? NaN).toFixed(2))
    return `| ${title}: ${name} | ${overBare} | ${overCareful} | ${micros(nsPerOperation)} | ${micros(cpuNsPerOperation)} |`
  })
}

function micros(ns: number): string {
  return (ns / 1000).toFixed(2)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
