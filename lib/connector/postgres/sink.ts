/**
 * PostgreSQL as a sink.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  COMMITS,
  type SqlBatch,
  SqlError,
  type SqlRow,
  type SqlSink,
  type SqlTransaction,
  type SqlValue,
  statementOf,
} from "../../dstream/sql_sink.ts"
import { connect } from "./client.ts"

/** Which server, and how to reach it. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with parameters such as `?sslmode=require`. */
  readonly url: string
  /** Milliseconds until an attempt to connect fails (10,000). */
  readonly connectTimeout?: number | undefined
}

/** How many parameters the protocol lets a statement have. */
const MOST_PARAMETERS = 65_535
/** How many rows a statement writes at the most. */
const MOST_ROWS = 1000

const bound = (value: SqlValue): unknown => value instanceof Date ? value.toISOString() : value

const EXISTS = `SELECT to_regclass('${COMMITS}') IS NOT NULL AS found`
const CREATE =
  `CREATE TABLE IF NOT EXISTS ${COMMITS} (output TEXT NOT NULL, batch_time BIGINT NOT NULL, PRIMARY KEY (output, batch_time))`
const COMMIT_ROW = `INSERT INTO ${COMMITS} (output, batch_time) VALUES ($1, $2) ON CONFLICT DO NOTHING`

const parameter = (index: number): string => `$${index + 1}`

/** Two that make a table at the same time may both find it missing. */
const isMadeMeanwhile = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && (cause.code === "23505" || cause.code === "42P07")

const begin: (
  options: PostgresOptions,
  batch: SqlBatch,
) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope> = Effect.fnUntraced(
  function* (options: PostgresOptions, batch: SqlBatch) {
    const { output, batchTime, insert } = batch
    const naming = (statement: string) =>
      Effect.mapError((cause: unknown) => new SqlError({ output, batchTime, statement, cause }))
    const connection = yield* naming("connect")(connect(options.url, options.connectTimeout ?? 10_000))
    const run = (text: string, values: ReadonlyArray<unknown> = []) => naming(text)(connection.query(text, values))

    const { rows: [answer] } = yield* run(EXISTS)
    if (answer?.found !== true) {
      yield* Effect.catchIf(run(CREATE), ({ cause }) => isMadeMeanwhile(cause), () => Effect.void)
    }
    yield* run("BEGIN")
    // First of all, so that another transaction of the same batch, which may still be open, is waited for.
    const { count } = yield* run(COMMIT_ROW, [output, batchTime])
    if (count === 0) return undefined

    const single = statementOf(insert, 1, parameter)
    const most = "columns" in insert
      ? Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_PARAMETERS / Math.max(1, insert.columns.length))))
      : 1
    const write = Effect.fnUntraced(function* (rows: ReadonlyArray<SqlRow>) {
      for (let i = 0; i < rows.length; i += most) {
        const some = rows.slice(i, i + most)
        const [text, name] = some.length === 1 ? [single, "single"] : [statementOf(insert, some.length, parameter)]
        const values = yield* Effect.try({ try: () => some.flatMap((row) => row.map(bound)), catch: (cause) => cause })
        yield* connection.query(text, values, name)
      }
    })
    return { write: (rows) => naming(single)(write(rows)), commit: Effect.asVoid(run("COMMIT")) }
  },
)

/**
 * A PostgreSQL database for `DStream.saveToSql`. It is connected to for the transaction of each batch; a connection that
 * breaks fails the attempt with `SqlError`, the server rolls back, and a retry policy can try again. Parameters are `$1`,
 * `$2`, …; dates are bound as ISO texts in UTC. The driver, npm's `pg`, needs the permissions net and env.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import * as Postgres from "@dstream/dstream/postgres"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Schedule } from "effect"
 *
 * const sink = Postgres.sink({ url: "postgres://user:password@localhost:5432/database" })
 * const output = Testing.input<[string, number]>([[["a", 1]]]).pipe(
 *   DStream.saveToSql(sink, {
 *     name: "counts",
 *     statement: "INSERT INTO counts (word, n) VALUES ($1, $2)",
 *     row: ([word, n]) => [word, n],
 *   }),
 *   DStream.onFailure(OutputPolicy.retry(Schedule.exponential("100 millis"))),
 * )
 * assert.equal(output.name, "counts")
 * ```
 */
export const sink = (options: PostgresOptions): SqlSink => ({ begin: (batch) => begin(options, batch) })
