import type { Candidates } from './candidates.ts'
import type { Environment } from './environment.ts'
import { editDistance, nearest } from './nearest.ts'
import type { Problems, Subject } from './problems.ts'
import { allSettings } from './settings/all-settings.ts'
import { nowhere, textValue } from './value.ts'

const settings = new Map(allSettings.map((setting) => [setting.variable, setting]))

/**
 * Reads the variables. Empty ones count as not set. Others that begin with `SESSION_` may be anybody's, so only those that are
 * one or two typing errors away from ours are problems.
 */
export function readEnvironment(environment: Environment, candidates: Candidates, problems: Problems): void {
  for (const [name, text] of Object.entries(environment)) {
    if (typeof text !== 'string' || text === '' || !name.startsWith('SESSION_')) continue
    const subject: Subject = { file: null, key: name.slice(0, 128), ...nowhere }
    const setting = settings.get(name)
    if (setting !== undefined) candidates.read(setting, textValue(text), 2, subject, problems)
    else if (/^\w{1,64}$/.test(name) && !problems.isFull) {
      const meant = nearest(name, settings.keys())
      if (meant !== null && editDistance(name, meant) <= 2) problems.add(subject, `is unknown; did you mean ${meant}?`)
    }
  }
}
