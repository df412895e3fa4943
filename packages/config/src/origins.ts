import { invalidArgument } from '@sess/core'
import type { Candidate } from './candidates.ts'
import type { Chosen } from './chosen.ts'
import type { Config } from './config.ts'
import type { Subject } from './problems.ts'
import type { Setting } from './settings/setting.ts'

/** Where the values of a configuration come from. */
export interface Origins {
  /** By the places in the configuration. */
  readonly values: ReadonlyMap<string, Candidate>
  readonly given: readonly { readonly setting: Setting; readonly subject: Subject }[]
}

const known = new WeakMap<Config, Origins>()

export function rememberOrigins(config: Config, chosen: Chosen, given: Origins['given']): void {
  known.set(config, { values: new Map(chosen.entries()), given })
}

/** @throws {@link SessError} `INVALID_ARGUMENT` unless it is what `loadConfig` answered. */
export function originsOf(config: Config): Origins {
  const origins = known.get(config)
  if (origins === undefined) throw invalidArgument('config', 'must be what loadConfig answered')
  return origins
}
