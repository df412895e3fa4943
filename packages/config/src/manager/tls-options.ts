import { readFile } from 'node:fs/promises'
import type { TlsConfig } from '../config.ts'
import type { Origins } from '../origins.ts'
import { Problems } from '../problems.ts'

/** TLS as Node takes it. */
export interface TlsOptions {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  readonly servername?: string
  readonly rejectUnauthorized: boolean
  readonly minVersion: 'TLSv1.2'
}

/**
 * The options with the files that they name, or null if there is to be no TLS.
 *
 * @throws {@link SessError} `CONFIG_INVALID` if a file can't be read.
 */
export async function tlsOptions(tls: TlsConfig, section: string, origins: Origins): Promise<TlsOptions | null> {
  if (!tls.enabled) return null
  const problems = new Problems()
  const read = async (name: 'caFile' | 'certFile' | 'keyFile'): Promise<Buffer | null> => {
    const path = tls[name]
    if (path === null) return null
    try {
      return await readFile(path)
    } catch (error) {
      const { subject } = origins.values.get(`${section}.${name}`) ?? {}
      if (subject !== undefined)
        problems.add(subject, `names a file that can't be read (${(error as { code?: string }).code})`)
      return null
    }
  }
  const [ca, cert, key] = await Promise.all([read('caFile'), read('certFile'), read('keyFile')])
  problems.throwIfAny()
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(tls.serverName !== null && { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecureSkipVerify,
    minVersion: 'TLSv1.2',
  }
}
