import type { Kind } from '../kinds/kind.ts'

/** One setting: a row of the table that files, variables, the README and the JSON Schema are made of. */
export interface Setting {
  /** Its key in a file. */
  readonly key: string
  readonly variable: string
  readonly kind: Kind
  /** Where its value goes in the configuration; null for a URL, whose parts go to several places. */
  readonly target: string | null
  /** The value if nobody gives one; undefined for another way to give what another setting is. */
  readonly fallback: unknown
  /** The default as a reader of the README sees it. */
  readonly fallbackText: string
  readonly meaning: string
  /** Why it does nothing here, for settings that are taken so that files of the original work. */
  readonly withoutEffect: string | null
}

interface SettingOptions {
  readonly variable?: string
  readonly fallbackText?: string
  readonly withoutEffect?: string
}

export function setting(
  key: string,
  kind: Kind,
  fallback: unknown,
  meaning: string,
  options: SettingOptions = {},
): Setting {
  return {
    key,
    kind,
    meaning,
    fallback: fallback instanceof Object ? Object.freeze(fallback) : fallback,
    target: key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) + kind.suffix,
    variable: options.variable ?? variableOf(key),
    fallbackText: options.fallbackText ?? shown(fallback),
    withoutEffect: options.withoutEffect ?? null,
  }
}

/** Another way to give what `same` is. */
export function alias(
  key: string,
  same: Setting,
  meaning: string,
  options: SettingOptions & { kind?: Kind } = {},
): Setting {
  const { kind = same.kind, ...rest } = options
  return { ...setting(key, kind, undefined, meaning, { fallbackText: '', ...rest }), target: same.target }
}

/** A setting whose text holds the values of others. */
export function compound(key: string, kind: Kind, meaning: string): Setting {
  return { ...setting(key, kind, undefined, meaning, { fallbackText: '' }), target: null }
}

/** The row with this key. */
export function settingOf(settings: readonly Setting[], key: string): Setting {
  const found = settings.find((one) => one.key === key)
  if (found === undefined) throw new Error(`no setting has the key ${key}`)
  return found
}

function variableOf(key: string): string {
  const name = key.replace(/^store\.(?=.*\.)|^session\./, '')
  return `SESSION_${name.replaceAll('.', '_').toUpperCase()}`
}

function shown(fallback: unknown): string {
  return fallback === null ? 'none' : `${fallback}`
}
