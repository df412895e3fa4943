import { SessError } from '@sess/core'

/** The error for a wrong part (or setting, without `partId`). Ids are quoted: they are data and may hold line breaks. */
export function promptInvalid(field: string, problem: string, partId?: string): SessError<'PROMPT_INVALID'> {
  const subject = partId === undefined ? field : `${field} of prompt part ${JSON.stringify(partId)}`
  return new SessError('PROMPT_INVALID', `${subject} ${problem}`, { partId, field })
}
