import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { type ChainFiles, chainsIn } from './chain-files.ts'
import { notedHeads } from './noted-heads.ts'
import { type AuditHeads, type AuditLine, type AuditVerdict, type VerifyOptions, verifyLines } from './verify-lines.ts'

/**
 * Reads a folder that {@link fileAudit} writes to, in bounded memory, and tells whether it is as it was written. Writers may go on meanwhile.
 *
 * Without anchors an end that was cut off shows only if another writer began after it; keep `heads` of the verdict elsewhere and hand
 * them in the next time. A last line without its end is what a writer left that died while it wrote: nobody was told that it is kept.
 *
 * @throws what the file system throws; {@link SessError} `INVALID_ARGUMENT`.
 */
export async function verifyAudit(folder: string, options: VerifyOptions): Promise<AuditVerdict> {
  const chains = await chainsIn(folder)
  const noted = await Promise.all(chains.map(notedBy))
  return await verifyLines(linesOf(chains), { ...options, anchors: [...(options.anchors ?? []), ...noted] })
}

async function* linesOf(chains: readonly ChainFiles[]): AsyncGenerator<AuditLine, void, undefined> {
  for (const { chain, files } of chains) {
    for (const file of files) {
      let number = 0
      for await (const text of wholeLines(file)) yield { chain, text, place: `${basename(file)}:${++number}` }
    }
  }
}

/** Lines that have their end. */
async function* wholeLines(file: string): AsyncGenerator<string, void, undefined> {
  const isWhole = await endsWhole(file)
  let before: string | null = null
  const input = createReadStream(file, { encoding: 'utf8' })
  // Only this is an end of a line here.
  for await (const line of createInterface({ input, crlfDelay: 0 })) {
    if (before !== null) yield before
    before = line
  }
  if (before !== null && isWhole) yield before
}

async function endsWhole(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    return bytesRead === 1 && buffer[0] === 0x0a
  } finally {
    await handle.close()
  }
}

async function notedBy(chain: ChainFiles): Promise<AuditHeads> {
  const [first] = chain.files
  if (first === undefined) return {}
  for await (const line of wholeLines(first)) return notedHeads(line)
  return {}
}
