import type { Candidate } from './candidates.ts'
import type { Config } from './config.ts'
import { originsOf } from './origins.ts'
import { allSettings } from './settings/all-settings.ts'

/**
 * The configuration for a log: a line for each setting that counts, and where its value comes from. Secrets are not in it.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` unless `config` is what `loadConfig` answered.
 */
export function describe(config: Config): string {
  const { values } = originsOf(config)
  const others = ['memory', 'redis', 'mysql'].filter((type) => type !== config.store.type)
  const rows = allSettings.flatMap(({ key, target, fallback, withoutEffect }) => {
    const candidate = target === null ? undefined : values.get(target)
    if (fallback === undefined || candidate === undefined || withoutEffect !== null) return []
    if (others.some((type) => key.startsWith(`store.${type}.`))) return []
    return [[`${key} = ${shown(candidate.value)}`, originOf(candidate)] as const]
  })
  const width = Math.min(60, Math.max(...rows.map(([text]) => text.length)))
  return rows.map(([text, origin]) => `${text.padEnd(width)}  # ${origin}`).join('\n')
}

/** Secrets show themselves as `[secret]`. */
function shown(value: unknown): string {
  return JSON.stringify(value)
}

function originOf({ strength, subject: { file, line, key } }: Candidate): string {
  if (strength === 0) return 'default'
  if (strength === 2) return `${key}`
  return line === null ? 'given in code' : `${file?.replaceAll(/\p{C}/gu, '?')}:${line}`
}
