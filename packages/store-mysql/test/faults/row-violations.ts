import { createConnection, type RowDataPacket } from 'mysql2/promise'

type Row = Readonly<Record<string, number | string | null>>

const statuses = ['pending', 'active', 'paused', 'archived', 'closed']

/**
 * Counts what is in the tables of a store that nobody writes to, and holds every counter to it: seqs, sums of sessions,
 * counters of owners, organisations and the store, and rows that nobody points to.
 *
 * @returns what is wrong, in sentences; nothing if all is well.
 */
export async function rowViolations(url: string, prefix: string): Promise<readonly string[]> {
  const connection = await createConnection({ uri: url })
  const rows = async (sql: string): Promise<readonly Row[]> =>
    (await connection.query<RowDataPacket[]>(sql.replaceAll('@', prefix)))[0] as Row[]
  try {
    return [
      ...(await logViolations(rows)),
      ...(await sumViolations(rows)),
      ...(await counterViolations(rows)),
      ...(await orphans(rows)),
    ]
  } finally {
    connection.destroy()
  }
}

type Query = (sql: string) => Promise<readonly Row[]>

/** The head of a chat says which seqs it has. */
async function logViolations(rows: Query): Promise<string[]> {
  const logs = await rows(`
    select hex(h.chat_id) as chat, h.first_seq as first, h.last_seq as last,
      count(m.seq) as there, coalesce(max(m.seq), 0) as newest
    from @head h join @chat c on c.session_id = h.session_id and c.id = h.chat_id
      left join @message m on m.log_id = h.log_id and m.seq >= h.first_seq
    group by h.session_id, h.chat_id, h.first_seq, h.last_seq`)
  return logs.flatMap(({ chat, first, last, there, newest }) => {
    const wanted = Number(last) - Number(first) + 1
    if (Number(there) === wanted && (wanted === 0 || newest === last)) return []
    return [`chat ${chat} has ${there} messages up to ${newest}, and its head says ${first} to ${last}`]
  })
}

/** The head of a session counts its chats and their messages. */
async function sumViolations(rows: Query): Promise<string[]> {
  const sessions = await rows(`
    select hex(s.session_id) as session, s.chats, s.messages, count(c.chat_id) as there,
      coalesce(sum(c.last_seq - c.first_seq + 1), 0) as messages_there
    from @head s left join @head c on c.session_id = s.session_id and c.chat_id > s.chat_id
    where s.chat_id = repeat(x'00', 16)
    group by s.session_id, s.chats, s.messages`)
  return sessions.flatMap(({ session, chats, messages, there, messages_there }) => [
    ...differences(`chats of session ${session}`, chats, there),
    ...differences(`messages of session ${session}`, messages, messages_there),
  ])
}

/** Owners, organisations and the store count sessions that have not lapsed, and what those have. */
async function counterViolations(rows: Query): Promise<string[]> {
  const sums = statuses.map((name, code) => `coalesce(sum(h.status = ${code}), 0) as ${name}`).join()
  const counts = statuses.map((name) => `sum(${name}) as ${name}`).join()
  const living = "@session s join @head h on h.session_id = s.id and h.chat_id = repeat(x'00', 16) and s.lapsed = 0"
  const listed = 'h.status > 0'
  const content = `coalesce(sum(if(${listed}, h.chats, 0)), 0) as chats, coalesce(sum(if(${listed}, h.messages, 0)), 0) as messages`
  const users = `count(distinct if(${listed}, s.owner, null)) as users`
  const store = "repeat('f', 32)"
  const found: string[] = []
  found.push(
    ...compared(
      await rows(`select hex(owner) as name, ${counts} from @owner group by owner`),
      await rows(`select hex(s.owner) as name, ${sums} from ${living} group by s.owner`),
      statuses,
    ),
  )
  const byScope = async (key: string, grouping: string): Promise<readonly Row[]> =>
    await rows(`select ${key} as name, ${sums}, ${users}, ${content} from ${living} ${grouping}`)
  const there = [...(await byScope('hex(s.org)', 'group by s.org')), ...(await byScope(`upper(${store})`, ''))]
  const quotas = await rows(`select hex(scope) as name, ${counts}, sum(users) as users from @quota group by scope`)
  found.push(...compared(quotas, there, [...statuses, 'users']))
  const tallies = await rows(`
    select hex(session_id) as name, sum(chats) as chats, sum(messages) as messages
    from @head where session_id >= x'fe000000000000000000000000000000' group by session_id`)
  found.push(...compared(tallies, there, ['chats', 'messages']))
  return found
}

/** Rows of what was removed. Messages may still wait to be. */
async function orphans(rows: Query): Promise<string[]> {
  const checks: readonly (readonly [string, string])[] = [
    ['sessions without a head', '@session s where not exists (select 1 from @head h where h.session_id = s.id)'],
    ['chats without a session', '@chat c where not exists (select 1 from @session s where s.id = c.session_id)'],
    [
      'chats without a head',
      '@chat c where not exists (select 1 from @head h where h.session_id = c.session_id and h.chat_id = c.id)',
    ],
    [
      'heads of nothing',
      `@head h where session_id < x'fe000000000000000000000000000000'
        and not exists (select 1 from @session s where s.id = h.session_id)`,
    ],
    [
      'messages of nobody',
      '@message m where log_id not in (select log_id from @head) and log_id not in (select log_id from @garbage)',
    ],
  ]
  const found: string[] = []
  for (const [what, from] of checks) {
    const [row] = await rows(`select count(*) as count from ${from}`)
    if (Number(row?.['count']) > 0) found.push(`there are ${row?.['count']} ${what}`)
  }
  return found
}

/** Compares counters with counts. Who is in neither has nothing. */
function compared(counted: readonly Row[], there: readonly Row[], columns: readonly string[]): string[] {
  const names = new Set([...counted, ...there].map(({ name }) => name))
  const of = (list: readonly Row[], name: Row[string] | undefined, column: string) =>
    list.find((row) => row['name'] === name)?.[column] ?? 0
  return [...names].flatMap((name) =>
    columns.flatMap((column) =>
      differences(`${column} of ${name}`, of(counted, name, column), of(there, name, column)),
    ),
  )
}

function differences(what: string, counted: Row[string] | undefined, there: Row[string] | undefined): string[] {
  return Number(counted) === Number(there) ? [] : [`${what}: ${counted} are counted, and ${there} are there`]
}
