/**
 * SQL queries over RDDs, with the runtime's SQLite in memory.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describeCause } from "../../core/errors.ts"
import { collect } from "../../rdd/actions/collecting.ts"
import type { ActionError, Engine } from "../../rdd/engine.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { boundValue, statementsOf, type Table, type TableOptions } from "./table.ts"

/** The database refused a statement, or a value that no column can hold. */
export class QueryFailed extends Data.Error<{
  /** The statement. */
  readonly statement: string
  /** The error that the database gave. */
  readonly cause: unknown
}> {
  readonly _tag = "QueryFailed" as const
  override get message(): string {
    return `${describeCause(this.cause)} (${this.statement})`
  }
}

/** A row of a result: values by column name. Whole numbers beyond 2⁵³ fail the query; cast them to TEXT. */
export type Row = Readonly<Record<string, unknown>>

/** A database that answers queries over one table at a time. */
export interface Database {
  /** Creates the table, answers the statement and drops the table. */
  readonly query: (statement: string, table: Table) => Effect.Effect<ReadonlyArray<Row>, QueryFailed>
}

/**
 * The service of {@link Database}, which {@link query} needs. {@link layer} provides SQLite; provide your own for another
 * database.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Sql from "@dstream/dstream/sql"
 * import { Effect } from "effect"
 *
 * const program = Effect.flatMap(Sql.Database, (database) =>
 *   database.query("SELECT max(n) AS n FROM t", { name: "t", columns: [["n", "INTEGER"]], rows: [[1], [3], [2]] }))
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, Sql.layer)), [{ n: 3 }])
 * ```
 */
export const Database: Context.Service<Database, Database> = Context.Service<Database>("@dstream/dstream/sql/Database")

const answer = (statement: string, table: Table): ReadonlyArray<Row> => {
  const database = new DatabaseSync(":memory:")
  try {
    const [create, insert] = statementsOf(table)
    database.exec(create)
    database.exec("BEGIN")
    const into = database.prepare(insert)
    for (const row of table.rows) into.run(...row.map(boundValue))
    database.exec("COMMIT")
    return database.prepare(statement).all().map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

/**
 * Provides SQLite in memory, a new database for each statement.
 *
 * It needs no permissions and no installation. While a statement runs, the whole isolate waits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Sql from "@dstream/dstream/sql"
 * import { Effect } from "effect"
 *
 * const wrong = Effect.flatMap(Sql.Database, (database) =>
 *   database.query("SELECT m FROM t", { name: "t", columns: [["n", "INTEGER"]], rows: [] }))
 * const error = await Effect.runPromise(Effect.flip(Effect.provide(wrong, Sql.layer)))
 * assert.match(error.message, /no such column: m/)
 * ```
 */
export const layer: Layer.Layer<Database> = Layer.succeed(Database, {
  query: (statement, table) =>
    Effect.try({
      try: () => answer(statement, table),
      catch: (cause) => new QueryFailed({ statement, cause }),
    }),
})

/**
 * Answers an SQL statement over the records of an RDD.
 *
 * The records are brought to the driver and put into a table named `records`, or as the options say. The rows are on the
 * driver too: for further RDD operations pass them to `RDD.parallelize`. Fails with {@link QueryFailed}. Spark:
 * `createOrReplaceTempView` and `SparkSession.sql`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Sql from "@dstream/dstream/sql"
 * import { Effect } from "effect"
 *
 * const words = RDD.map(RDD.parallelize(["to", "be", "to"]), (word) => ({ word }))
 * const statement = "SELECT word, count(*) AS total FROM words GROUP BY word ORDER BY total DESC"
 * const rows = Sql.query(words, statement, { table: "words", columns: { word: "TEXT" } }).pipe(
 *   Effect.provide(Sql.layer),
 *   Effect.provide(SparkContext.layer({ master: "local[2]", appName: "doc" })),
 * )
 * assert.deepEqual(await Effect.runPromise(rows), [{ word: "to", total: 2 }, { word: "be", total: 1 }])
 * ```
 */
export const query = <A extends object, E, R>(
  self: RDD<A, E, R>,
  statement: string,
  options: TableOptions<A>,
): Effect.Effect<ReadonlyArray<Row>, ActionError<E> | QueryFailed, R | Engine | Database> =>
  Effect.gen(function* () {
    const columns = (Object.keys(options.columns) as Array<keyof A & string>)
      .map((name) => [name, options.columns[name]] as const)
    const records = yield* collect(self)
    const rows = records.map((record) => columns.map(([name]) => record[name]))
    const database = yield* Database
    return yield* database.query(statement, { name: options.table ?? "records", columns, rows })
  })
