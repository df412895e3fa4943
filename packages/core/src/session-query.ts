import { assertKnownKeys, checkedName } from './checked-fields.ts'
import { invalidArgument } from './errors.ts'
import type { ListSessionsQuery, SessionStatus } from './store/session-records.ts'

/** The states a user sees. */
export const sessionStatuses: readonly SessionStatus[] = ['active', 'paused', 'archived', 'closed']

const queryKeys = ['orgId', 'userId', 'status', 'tag', 'order'] as const

/** The query as a store takes it. @throws {@link SessError} `INVALID_ARGUMENT` naming the field. */
export function checkedQuery<Query extends ListSessionsQuery>(
  query: Query,
  keys: readonly (keyof ListSessionsQuery)[] = queryKeys,
): Query {
  assertKnownKeys(query, keys, 'query')
  const { orgId, userId, status, tag, order } = query
  for (const [name, value] of Object.entries({ orgId, userId, tag })) {
    if (value !== undefined) checkedName(value, `query.${name}`)
  }
  if (status !== undefined && !sessionStatuses.includes(status))
    throw invalidArgument('query.status', `must be one of ${sessionStatuses.join(', ')}`)
  if (order !== undefined && order !== 'created' && order !== 'active')
    throw invalidArgument('query.order', "must be 'created' or 'active'")
  return query
}
