import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What tells one process from another that gets the same number later. */
export interface ProcessFacts {
  /** When it started, in clock ticks since the machine did. */
  readonly startTicks: number
  readonly groupId: number
  readonly sessionId: number
}

/** Of a process that runs, from /proc. `undefined` if there is none, or only what is left of a dead one. */
export function processFacts(pid: number): ProcessFacts | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The name in front may hold anything, spaces and brackets too; after its last bracket the fields are plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, , groupId, sessionId] = fields
  if (state === 'Z' || state === 'X') return undefined
  return { startTicks: Number(fields[19]), groupId: Number(groupId), sessionId: Number(sessionId) }
}

/** Who is left of a group, from /proc. */
export function groupMembers(groupId: number): readonly ProcessFacts[] {
  const members: ProcessFacts[] = []
  for (const name of readdirSync('/proc')) {
    const facts = /^\d+$/.test(name) ? processFacts(Number(name)) : undefined
    if (facts?.groupId === groupId) members.push(facts)
  }
  return members
}

/** Names the space in which process numbers and start times mean something: this boot, this container. */
export function processSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    const space = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
    return `${boot}.${space}`
  } catch {
    return undefined
  }
}
