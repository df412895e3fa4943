import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditVerdict, type AuditWriter, fileAudit, verifyAudit } from '@sess/core/audit'

/** The log on disk, and the check whether somebody changed it. */
export interface AuditFile {
  readonly log: AuditWriter
  verify(): Promise<AuditVerdict>
}

/** Keeps the audit log in a folder. The keys lie beside it, which is good enough for a demo and for nothing else. */
export function auditFile(folder: string): AuditFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = keyIn(join(folder, '..', 'audit.key'))
  const keys = { demo: key.subarray(0, 32) }
  const log = fileAudit(folder, { keys, activeKey: 'demo', pseudonymKey: key.subarray(32), durability: 'system' })
  return { log, verify: () => verifyAudit(folder, { keys }) }
}

/** Made once, also if two processes begin at the same time. */
function keyIn(file: string): Buffer {
  if (!existsSync(file)) {
    const own = `${file}.${process.pid}`
    writeFileSync(own, randomBytes(64), { mode: 0o600 })
    try {
      linkSync(own, file)
    } catch (error) {
      if (!existsSync(file)) throw error
    } finally {
      rmSync(own)
    }
  }
  return readFileSync(file)
}
