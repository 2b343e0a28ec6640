/**
 * SQL over RDDs, with DuckDB inside the process.
 *
 * @module
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describeCause } from "../../core/errors.ts"
import { collect } from "../../rdd/actions.ts"
import type { ActionError, Engine } from "../../rdd/engine.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { register, type Table, type TableOptions } from "./table.ts"

/** DuckDB refused something: a statement, or a value that its column cannot hold. */
export class QueryFailed extends Data.Error<{
  /** The statement. */
  readonly statement: string
  /** What DuckDB says. */
  readonly cause: unknown
}> {
  readonly _tag = "QueryFailed" as const
  override get message(): string {
    return `${describeCause(this.cause)} (${this.statement})`
  }
}

/** A row of a result: its values by the names of the columns. Integers wider than 32 bits are bigints. */
export type Row = Readonly<Record<string, unknown>>

/** A database that answers statements about one table at a time. */
export interface Database {
  /** Makes the table, answers the statement, and forgets the table. Several may be at work at once. */
  readonly query: (statement: string, table: Table) => Effect.Effect<ReadonlyArray<Row>, QueryFailed>
}

/**
 * The Database service, which {@link query} needs: {@link layer} gives it.
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

const answer = async (connection: DuckDBConnection, statement: string, table: Table): Promise<ReadonlyArray<Row>> => {
  await register(connection, table)
  return (await connection.runAndReadAll(statement)).getRowObjectsJS()
}

/** Interrupting it interrupts DuckDB, and waits until it has left the connection. */
const answering = (connection: DuckDBConnection, statement: string, table: Table) =>
  Effect.callback<ReadonlyArray<Row>, QueryFailed>((resume) => {
    const ended = answer(connection, statement, table).then(
      (rows) => resume(Effect.succeed(rows)),
      (cause) => resume(Effect.fail(new QueryFailed({ statement, cause }))),
    )
    return Effect.promise(() => {
      connection.interrupt()
      return ended
    })
  })

const make = Effect.gen(function* () {
  const instance = yield* Effect.acquireRelease(
    Effect.promise(() => DuckDBInstance.create(":memory:")),
    (instance) => Effect.sync(() => instance.closeSync()),
  )
  const connect = Effect.acquireRelease(
    Effect.promise(() => instance.connect()),
    (connection) => Effect.sync(() => connection.closeSync()),
  )
  return {
    query: (statement: string, table: Table) =>
      Effect.scoped(Effect.flatMap(connect, (connection) => answering(connection, statement, table))),
  }
})

/**
 * A DuckDB in memory, open as long as the layer is. Deno needs `--allow-ffi` to load it.
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
 * assert.match(error.message, /Referenced column "m" not found/)
 * ```
 */
export const layer: Layer.Layer<Database> = Layer.effect(Database, make)

/**
 * Answers a statement about the records of an RDD, which it finds in the table `records`, or another name. The records come
 * to the driver, and the rows are there: make an RDD of them with `RDD.parallelize` where more is to be done. Fails with
 * {@link QueryFailed}. Spark: `createOrReplaceTempView` and `SparkSession.sql`.
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
 * const rows = Sql.query(words, statement, { table: "words", columns: { word: "VARCHAR" } }).pipe(
 *   Effect.provide(Sql.layer),
 *   Effect.provide(SparkContext.layer({ master: "local[2]", appName: "doc" })),
 * )
 * assert.deepEqual(await Effect.runPromise(rows), [{ word: "to", total: 2n }, { word: "be", total: 1n }])
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
