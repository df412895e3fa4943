export { AuditChain, type AuditChainOptions, type AuditHead, type ChainEntry } from './audit-chain.ts'
export type { AuditKeys } from './audit-keys.ts'
export type { AuditProblem } from './audit-problem.ts'
export type { AuditRecord } from './audit-record.ts'
export { type FileAudit, type FileAuditOptions, fileAudit } from './file-audit.ts'
export { verifyAudit } from './verify-audit.ts'
export {
  type AuditHeads,
  type AuditLine,
  type AuditVerdict,
  type VerifyOptions,
  verifyLines,
} from './verify-lines.ts'
