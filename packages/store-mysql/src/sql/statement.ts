import type { Compilable } from 'kysely'
import { RowList, type RowValue } from './row-list.ts'

/** What is sent to the server. */
export interface Query {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A query whose answer has rows of this shape. */
export interface RowQuery<Row> extends Query {
  /** For the compiler only. */
  readonly row?: Row
}

/** A query, or what builds one. */
export type Sendable<Row> = RowQuery<Row> | Compilable<Row>

export function compiled(query: Sendable<unknown>): Query {
  return 'compile' in query ? query.compile() : query
}

/** A statement that is compiled once; called with its values it is ready to send. */
export type Statement<Values, Row> = (values: Values) => RowQuery<Row>

class Hole {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * Compiles a statement in which `value('name')` stands where a value will be. A list takes its place with
 * sql`(${value('ids')})`: the driver writes its items one after another. A list of rows is written as a {@link RowList}.
 */
export function statement<Values extends object, Row>(
  build: (value: <Name extends keyof Values & string>(name: Name) => Values[Name]) => Compilable<Row>,
): Statement<Values, Row> {
  const { sql, parameters } = build(
    <Name extends keyof Values & string>(name: Name) => new Hole(name) as Values[Name],
  ).compile()
  return (values) => ({
    sql,
    parameters: parameters.map((parameter) =>
      parameter instanceof Hole ? asSent(values[parameter.name as keyof Values]) : parameter,
    ),
  })
}

function asSent(value: unknown): unknown {
  return Array.isArray(value) && Array.isArray(value[0]) ? new RowList(value as readonly RowValue[][]) : value
}
