import { expect, test } from 'vitest'
import { quickEffort } from '../src/effort.ts'
import { parts } from '../src/parts.ts'
import { type Finding, isReached } from '../src/report/finding.ts'
import { printedTable } from '../src/report/print-table.ts'
import type { Table } from '../src/report/table.ts'

// Figures of so few operations mean nothing. That there is one in each row, on real servers, shows that all of it runs.
test.each([
  { name: 'redis', rows: 28 },
  { name: 'mysql', rows: 18 },
] as const)(
  '$name, quick: every row has the cost of both sides, counted by the server',
  async ({ name, rows }) => {
    const findings: Finding[] = []
    const tables: Table[] = []
    for await (const table of parts[name](quickEffort, (finding) => findings.push(finding))) tables.push(table)

    expect(findings.length % rows).toBe(0)
    for (const { what, measured, own, other } of findings) {
      expect(measured, what).toBeGreaterThan(0)
      for (const cost of [own, other])
        if (cost !== undefined) expect(cost.scripts + cost.commands, what).toBeGreaterThan(0)
    }
    const compared = findings.filter(({ own, other }) => own !== undefined && other !== undefined)
    // All but the cost of length and the longest calls, which have no two sides.
    expect(compared).toHaveLength(findings.length - (3 * findings.length) / rows)
    const judged = tables.flatMap((table) => printedTable(table, 'markdown').match(/ [✓✗] \|/g) ?? [])
    expect(judged).toHaveLength(findings.filter((finding) => isReached(finding) !== null).length)
  },
  // The long form fetches a MySQL.
  process.env.SESS_TEST_LONG === '1' ? 300_000 : 60_000,
)

test('codec, quick: every row has a figure for each codec', async () => {
  const rows: (readonly string[])[] = []
  for await (const table of parts.codec(quickEffort, () => {})) rows.push(...table.rows)
  expect(rows.map(([operation, codec]) => `${operation}, ${codec}`)).toHaveLength(6)
  for (const [, , speed] of rows) expect(Number(speed)).toBeGreaterThanOrEqual(0)
})
