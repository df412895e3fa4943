import type { Insertable, Kysely, Updateable } from 'kysely'
import type { SqlBuilder } from './sql-builder.ts'
import { type RowQuery, type Statement, statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** Statements that write one row. Each is compiled once for the columns it has. */
export interface RowWriter {
  insert<Table extends keyof Tables>(table: Table, row: Insertable<Tables[Table]>): RowQuery<unknown>
  /** Sets columns of the row with this key. */
  update<Table extends keyof Tables>(
    table: Table,
    key: Updateable<Tables[Table]>,
    columns: Updateable<Tables[Table]>,
  ): RowQuery<unknown>
}

type Row = Readonly<Record<string, unknown>>

export function rowWriter({ db: typed, named }: SqlBuilder): RowWriter {
  // Names of tables and columns are those of the callers' literals: they are checked there.
  const db = typed as unknown as Kysely<Record<string, Row>>
  const compiled = new Map<string, Statement<Row, unknown>>()
  const prepared = (name: string, build: Parameters<typeof statement<Row, unknown>>[0]): Statement<Row, unknown> => {
    const found = compiled.get(name) ?? statement<Row, unknown>(build)
    compiled.set(name, found)
    return found
  }
  return {
    insert(table, row) {
      const columns = Object.keys(row)
      const write = prepared(`insert ${table} ${columns.join()}`, (value) =>
        db.insertInto(named<string>(table)).values(fields(columns, value)),
      )
      return write(row as Row)
    },
    update(table, key, columns) {
      const [keys, set] = [Object.keys(key), Object.keys(columns)]
      const write = prepared(`update ${table} ${keys.join()} ${set.join()}`, (value) =>
        keys.reduce(
          (update, name) => update.where(name, '=', value(`key ${name}`)),
          db.updateTable(named<string>(table)).set(fields(set, value)),
        ),
      )
      return write({
        ...columns,
        ...Object.fromEntries(Object.entries(key).map(([name, item]) => [`key ${name}`, item])),
      })
    },
  }
}

function fields(columns: readonly string[], value: (name: string) => unknown): Row {
  return Object.fromEntries(columns.map((name) => [name, value(name)]))
}
