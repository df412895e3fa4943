import type { Effort } from '../effort.ts'
import type { Finding } from '../report/finding.ts'
import { findingTable, type Table } from '../report/table.ts'
import { appendRows, lengthRow, loggedAppendRow, readRows } from './message-rows.ts'
import { openRedisClusterPlace, openRedisPlace, type RedisPlace } from './redis-place.ts'
import { createRows, crowdRow, sessionRows } from './session-rows.ts'
import { sweepRows } from './sweep-rows.ts'

/** The Redis store against plain commands. */
export async function* redisTables(
  effort: Effort,
  tell: (finding: Finding) => void,
): AsyncGenerator<Table, void, undefined> {
  const findings: Finding[] = []
  const add = (finding: Finding): void => {
    findings.push(finding)
    tell(finding)
  }
  const version = await during(openRedisPlace(), async (place) => {
    for await (const finding of appendRows(place, effort)) add(finding)
    if (effort.wants('append number 10000')) add(await lengthRow(place, effort))
    for await (const finding of readRows(place, effort)) add(finding)
    for await (const finding of sessionRows(place, effort)) add(finding)
    for await (const finding of createRows(place, effort, 'one server', 0.5)) add(finding)
    if (effort.wants('list 20 sessions')) add(await crowdRow(place, effort))
    if (effort.wants('sweep')) for await (const finding of sweepRows(place, effort)) add(finding)
    return place.version
  })
  for (const log of ['everysec', 'always'] as const) {
    if (!effort.wants(`append in full, 64 callers, appendfsync ${log}`)) continue
    await during(openRedisPlace(log), async (place) => add(await loggedAppendRow(place, effort, log)))
  }
  if (effort.wants('create with limits, cluster of 3, 64 callers, alone'))
    await during(openRedisClusterPlace(), async (place) => {
      for await (const finding of createRows(place, effort, 'cluster of 3', 0.3)) add(finding)
    })
  yield findingTable(`Redis ${version}`, notes, findings)
}

const notes: readonly string[] = [
  'Floors are plain commands of ioredis, on a connection of their own to the same server. It keeps no append-only file where none is named.',
]

async function during<Value>(
  opening: Promise<RedisPlace>,
  work: (place: RedisPlace) => Promise<Value>,
): Promise<Value> {
  const place = await opening
  try {
    return await work(place)
  } finally {
    await place.close()
  }
}
