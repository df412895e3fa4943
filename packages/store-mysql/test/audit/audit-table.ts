import { randomBytes } from 'node:crypto'
import type { AuditEvent } from '@sess/core'
import type { AuditWriter, AuditWriterOptions } from '@sess/core/audit'
import { createConnection } from 'mysql2/promise'
import { onTestFinished } from 'vitest'
import { type MysqlAuditPlace, mysqlAudit } from '../../src/index.ts'

export const keys: Readonly<Record<string, Uint8Array>> = { k1: randomBytes(32), k2: randomBytes(32) }

/** The table of one test. */
export interface AuditTable {
  readonly place: MysqlAuditPlace & { readonly url: string }
  readonly table: string
  open(more?: Partial<MysqlAuditPlace & AuditWriterOptions>): AuditWriter
  sql(text: string, values?: readonly (string | number)[]): Promise<readonly Record<string, unknown>[]>
}

export async function auditTable(url: string): Promise<AuditTable> {
  const tablePrefix = `t${randomBytes(5).toString('hex')}_`
  const connection = await createConnection({ uri: url })
  onTestFinished(() => connection.end())
  return {
    place: { url, tablePrefix },
    table: `${tablePrefix}audit`,
    open: (more) =>
      mysqlAudit({ url, tablePrefix, timeoutMs: 20_000, keys, activeKey: 'k1', pseudonymKey: null, ...more }),
    sql: async (text, values = []) => (await connection.query(text, [...values]))[0] as Record<string, unknown>[],
  }
}

export function event(more: Partial<AuditEvent> = {}): AuditEvent {
  const owner = { orgId: 'acme', userId: 'ada' }
  return {
    ...{ type: 'session-created', owner, actor: null, sessionId: null, chatId: null, outcome: 'ok', details: {} },
    at: Date.now(),
    ...more,
  }
}
