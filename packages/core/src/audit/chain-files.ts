import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditHead } from './audit-chain.ts'
import { headOfLine } from './noted-heads.ts'

/** The files of one chain, in the order they were written. */
export interface ChainFiles {
  readonly chain: string
  readonly files: readonly string[]
}

/** The name of a file of a chain. Numbers have six digits, so that names sort as they were written. */
export function chainFileName(chain: string, number: number): string {
  return `${chain}.${`${number}`.padStart(6, '0')}.jsonl`
}

/** The chains of a folder, oldest first: ids begin with the time. */
export async function chainsIn(folder: string): Promise<readonly ChainFiles[]> {
  const chains = new Map<string, string[]>()
  for (const name of (await readdir(folder)).sort()) {
    const chain = /^([0-9a-f-]{36})\.\d{6,}\.jsonl$/.exec(name)?.[1]
    if (chain === undefined) continue
    const files = chains.get(chain) ?? []
    chains.set(chain, files)
    files.push(join(folder, name))
  }
  return [...chains].map(([chain, files]) => ({ chain, files }))
}

/** The head a chain has got to, read from the end of its last file; null if nothing whole stands there. */
export async function headOf({ files }: ChainFiles): Promise<AuditHead | null> {
  const last = files.at(-1)
  if (last === undefined) return null
  const file = await open(last, 'r')
  try {
    const { size } = await file.stat()
    const length = Math.min(size, 65_536)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').slice(0, -1)
    return headOfLine(lines.at(-1) ?? '')
  } finally {
    await file.close()
  }
}
