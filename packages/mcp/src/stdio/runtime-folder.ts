import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { invalidArgument } from '@sess/core'
import { groupMembers, processFacts, processSpace } from './process-facts.ts'
import { newRecord, type ProcessRecord, parseRecord, recordName } from './process-record.ts'
import { signalGroup } from './signal-group.ts'

/**
 * Which programs the processes of this machine have started, kept where the next process finds it. Everything here is synchronous:
 * between the start of a program and its record nothing else may run, as a crash in between would leave it unknown.
 */
export class RuntimeFolder {
  readonly #path: string
  readonly #host: { readonly hostId: number; readonly hostStartTicks: number }

  private constructor(path: string, hostStartTicks: number) {
    this.#path = path
    this.#host = { hostId: process.pid, hostStartTicks }
  }

  /**
   * @returns `undefined` where there is no /proc to tell processes apart by: nothing is recorded or reaped there.
   * @throws {@link SessError} `INVALID_ARGUMENT` if others may write to the folder.
   */
  static open(folder: string): RuntimeFolder | undefined {
    const space = processSpace()
    const own = processFacts(process.pid)
    if (space === undefined || own === undefined) return undefined
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode, isDirectory } = stats(folder)
    // Whoever can write here chooses what we kill.
    if (!isDirectory || uid !== process.getuid?.() || (mode & 0o022) !== 0) {
      throw invalidArgument('runtimeFolder', 'must be a folder of ours that nobody else may write to')
    }
    const path = join(folder, space)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return new RuntimeFolder(path, own.startTicks)
  }

  /** Records that a program is about to be started. Written before anybody counts, so two that count see each other. */
  announce(): ProcessRecord {
    const record = newRecord(this.#host)
    writeFileSync(join(this.#path, recordName(record)), '', { mode: 0o600, flag: 'wx' })
    return record
  }

  started(record: ProcessRecord, groupId: number): ProcessRecord {
    const groupStartTicks = processFacts(groupId)?.startTicks ?? 0
    const started = { ...record, groupId, groupStartTicks }
    renameSync(join(this.#path, recordName(record)), join(this.#path, recordName(started)))
    return started
  }

  forget(record: ProcessRecord): void {
    rmSync(join(this.#path, recordName(record)), { force: true })
  }

  /** Ends what processes that are no more have left, and forgets it. @returns how many programs run, or are about to. */
  sweep(): { readonly running: number; readonly reaped: number } {
    let running = 0
    let reaped = 0
    for (const name of readdirSync(this.#path)) {
      const record = parseRecord(name)
      if (record === undefined) continue
      if (processFacts(record.hostId)?.startTicks === record.hostStartTicks) running += 1
      else {
        if (isLeft(record) && signalGroup(record.groupId, 'SIGKILL')) reaped += 1
        this.forget(record)
      }
    }
    return { running, reaped }
  }
}

/**
 * Whether the group that was recorded is still there. Its leader is known by its number and its start. Where only its offspring is
 * left, the group's number is: it is not given out again while one of them lives. They must be of its session and no older.
 */
function isLeft({ groupId, groupStartTicks }: ProcessRecord): boolean {
  if (groupId <= 1 || groupStartTicks === 0) return false
  const leader = processFacts(groupId)
  if (leader !== undefined) return leader.startTicks === groupStartTicks && leader.groupId === groupId
  const members = groupMembers(groupId)
  return (
    members.length > 0 &&
    members.every((member) => member.sessionId === groupId && member.startTicks >= groupStartTicks)
  )
}

function stats(folder: string): { uid: number; mode: number; isDirectory: boolean } {
  const found = lstatSync(folder)
  return { uid: found.uid, mode: found.mode, isDirectory: found.isDirectory() }
}
