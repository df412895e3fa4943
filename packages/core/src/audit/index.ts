export { AuditChain, type AuditChainOptions, type AuditHead, type ChainEntry } from './audit-chain.ts'
export type { AuditKeys } from './audit-keys.ts'
export type { AuditPlace } from './audit-place.ts'
export type { AuditProblem } from './audit-problem.ts'
export type { AuditRecord } from './audit-record.ts'
export { AuditWriter, type AuditWriterOptions } from './audit-writer.ts'
export { type FileAuditOptions, fileAudit } from './file-audit.ts'
export { headOfLine, notedHeads } from './noted-heads.ts'
export { verifyAudit } from './verify-audit.ts'
export {
  type AuditHeads,
  type AuditLine,
  type AuditVerdict,
  type VerifyOptions,
  verifyLines,
} from './verify-lines.ts'
