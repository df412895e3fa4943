import type { Candidates } from './candidates.ts'
import { shownKey } from './file/parse-text.ts'
import { nearest } from './nearest.ts'
import type { Problems, Subject } from './problems.ts'
import { allSettings } from './settings/all-settings.ts'
import type { MapEntry, MapValue } from './value.ts'

const settings = new Map(allSettings.map((setting) => [setting.key, setting]))
const sections = new Set(
  allSettings.flatMap(({ key }) => {
    const names = key.split('.')
    return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'))
  }),
)

/** Reads the keys of a file or an object. One that nobody knows is a problem. */
export function readFileValues(root: MapValue, file: string | null, candidates: Candidates, problems: Problems): void {
  readSection(root, null)

  function readSection(map: MapValue, section: string | null): void {
    for (const entry of map.entries) {
      const key = section === null ? entry.key : `${section}.${entry.key}`
      // Editors find the schema of a file by it.
      if (key !== '$schema') readEntry(entry, key, section)
    }
  }

  function readEntry({ key: name, value, line, column }: MapEntry, key: string, section: string | null): void {
    const subject: Subject = {
      file,
      line,
      column,
      key: section === null ? shownKey(name) : `${section}.${shownKey(name)}`,
    }
    const setting = settings.get(key)
    if (setting !== undefined) candidates.read(setting, value, 1, subject, problems)
    else if (!sections.has(key)) problems.add(subject, unknownKey(key, problems.isFull))
    else if (value.kind === 'map') readSection(value, key)
    // A section whose keys are all commented out.
    else if (value.kind !== 'scalar' || value.value !== null) problems.add(subject, 'must be a section with keys')
  }
}

function unknownKey(key: string, isUnseen: boolean): string {
  if (key.endsWith('<<')) return 'merges another value; write the keys out'
  const meant = isUnseen || key.length > 128 ? null : nearest(key, [...settings.keys(), ...sections])
  return meant === null ? 'is unknown' : `is unknown; did you mean ${meant}?`
}
