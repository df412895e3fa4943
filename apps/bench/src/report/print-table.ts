import type { Table } from './table.ts'

export type TableFormat = 'text' | 'markdown'

/** A table as one text: Markdown, or columns for a terminal. */
export function printedTable(table: Table, format: TableFormat): string {
  const rows = [table.head, ...table.rows]
  const notes = table.notes.map((note) => `${note}\n\n`).join('')
  if (format === 'markdown') {
    const rule = table.head.map((_, column) => (isText(table, column) ? '---' : '--:'))
    const lines = [table.head, rule, ...table.rows].map((row) => `| ${row.join(' | ')} |`)
    return `### ${table.title}\n\n${notes}${lines.join('\n')}\n`
  }
  const widths = table.head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        isText(table, column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return `${table.title}\n\n${notes}${lines.join('\n')}\n`
}

/** Texts stand left, figures right. */
function isText({ rows }: Table, column: number): boolean {
  return rows.some((row) => /^\p{L}/u.test(row[column] ?? ''))
}
