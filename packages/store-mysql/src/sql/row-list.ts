/** What a row of a list may hold. Bytes are binary, text is text of the connection's character set. */
export type RowValue = number | string | Buffer | null

/**
 * Rows as `(…), (…)`, written here and handed to the driver as SQL: its own way asks of every value whether it is a date and
 * more, which costs as much as all the rest of a large statement. Every connection escapes by backslashes (`settings.ts`).
 */
export class RowList {
  readonly #rows: readonly (readonly RowValue[])[]

  constructor(rows: readonly (readonly RowValue[])[]) {
    this.#rows = rows
  }

  /** The driver calls it. */
  toSqlString(): string {
    let text = ''
    for (const row of this.#rows) {
      text += text === '' ? '(' : ', ('
      for (const [index, value] of row.entries()) text += index === 0 ? literal(value) : `, ${literal(value)}`
      text += ')'
    }
    return text
  }
}

function literal(value: RowValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return numeral(value)
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return `x'${value.toString('hex')}'`
}

/** Infinity would be taken for the name of a column. */
function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('a number must be finite')
  return `${value}`
}
