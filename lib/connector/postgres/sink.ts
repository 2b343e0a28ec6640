/**
 * PostgreSQL as a sink.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  type SqlBatch,
  SqlError,
  type SqlRow,
  type SqlSink,
  type SqlTransaction,
  type SqlValue,
  statementOf,
} from "../../dstream/outputs/sql_sink.ts"
import { COMMITS, marksOf, PRUNED, refusal } from "../sql/marks.ts"
import { connect, type Connection } from "./client.ts"

/** Which server, and how to reach it. */
export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database`, with parameters: `sslmode=verify-full` encrypts, `query_timeout=60000`
   * fails what has no answer after so many milliseconds (else the operating system finds out that a server is gone, after
   * some ten minutes), `options=-c%20search_path=mine` sets what the server has settings for.
   */
  readonly url: string
  /** Milliseconds until an attempt to connect fails (10,000). */
  readonly connectTimeout?: number | undefined
}

/** How many parameters the protocol lets a statement have. */
const MOST_PARAMETERS = 65_535
/** How many rows a statement writes at the most. */
const MOST_ROWS = 1000

/** How many rows of a statement of yours are on their way at the same time. */
const IN_FLIGHT = 1000

/** An ISO text, with years as PostgreSQL writes them: at least four digits, no sign, BC before the year 1. */
const dateText = (date: Date): string => {
  const iso = date.toISOString()
  const year = date.getUTCFullYear()
  const rest = iso.slice(iso.indexOf("-", 1))
  return `${String(year > 0 ? year : 1 - year).padStart(4, "0")}${rest}${year > 0 ? "" : " BC"}`
}

const bound = (value: SqlValue): unknown => value instanceof Date ? dateText(value) : value

const parameter = (index: number): string => `$${index + 1}`

const marks = marksOf(parameter, "BIGINT")

/**
 * Whether the tables are there; and that the server finds out in half a minute when our machine is gone. Else it would keep
 * the transaction, and who runs the batch again would wait for it, as long as its operating system likes: two hours.
 */
const FIRST = `SELECT to_regclass('${COMMITS}') IS NOT NULL AND to_regclass('${PRUNED}') IS NOT NULL AS found, ` +
  "set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), " +
  "set_config('tcp_keepalives_count', '4', false)"

/** Pruning relies on it that each statement sees what has been committed before it, whatever the server's default is. */
const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"

/** Two that make a table at the same time may both find it missing: it, its type, or their names in the catalogue exist. */
const MADE_MEANWHILE: ReadonlySet<unknown> = new Set(["42P07", "42710", "23505"])

const isMadeMeanwhile = ({ cause }: SqlError): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && MADE_MEANWHILE.has(cause.code)

/** Writes rows: into a table many with each statement, with a statement of yours one. */
const writer = ({ insert }: SqlBatch, connection: Connection) => {
  const single = statementOf(insert, 1, parameter)
  const most = "columns" in insert
    ? Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_PARAMETERS / Math.max(1, insert.columns.length))))
    : 1
  const many = statementOf(insert, most, parameter)
  const values = (rows: ReadonlyArray<SqlRow>) =>
    Effect.try({ try: () => rows.map((row) => row.map(bound)), catch: (cause) => cause })
  return Effect.fnUntraced(function* (rows: ReadonlyArray<SqlRow>) {
    const step = most === 1 ? IN_FLIGHT : most
    for (let i = 0; i < rows.length; i += step) {
      const some = yield* values(rows.slice(i, i + step))
      if (most === 1) yield* connection.queryAll(single, some, "one")
      else if (some.length === most) yield* connection.query(many, some.flat(), "many")
      else yield* connection.query(statementOf(insert, some.length, parameter), some.flat())
    }
  })
}

const begin: (
  options: PostgresOptions,
  batch: SqlBatch,
) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope> = Effect.fnUntraced(
  function* (options: PostgresOptions, batch: SqlBatch) {
    const { output, batchTime, insert, keepMarks } = batch
    const failing = (statement: string) => (cause: unknown) => new SqlError({ output, batchTime, statement, cause })
    const connection = yield* Effect.mapError(
      connect(options.url, options.connectTimeout ?? 10_000),
      failing("connect"),
    )
    const run = (text: string, ...values: ReadonlyArray<unknown>) =>
      Effect.mapError(connection.query(text, values), failing(text))

    const { rows: [answer] } = yield* run(FIRST)
    if (answer?.found !== true) {
      for (const statement of marks.create) yield* Effect.catchIf(run(statement), isMadeMeanwhile, () => Effect.void)
    }
    yield* run(BEGIN)
    // First of all, so that another transaction of the same batch, which may still be open, is waited for.
    if ((yield* run(marks.write, output, batchTime)).count === 0) return undefined
    const { rows: [noted] } = yield* run(marks.pruned, output)
    const refused = refusal(batch, noted?.batch_time)
    if (refused !== undefined) return yield* Effect.fail(failing(marks.pruned)(refused))

    const write = writer(batch, connection)
    const commit = Effect.gen(function* () {
      const old = keepMarks === Infinity ? 0 : (yield* run(marks.note, output, keepMarks - 1)).count
      if (old > 0) yield* run(marks.prune, output)
      yield* run("COMMIT")
    })
    const single = statementOf(insert, 1, parameter)
    return { write: (rows) => Effect.mapError(write(rows), failing(single)), commit }
  },
)

/**
 * A PostgreSQL database for `DStream.saveToSql`. It is connected to for the transaction of each batch, whose isolation level
 * is read committed; a connection that breaks fails the attempt with `SqlError`, the server rolls back, and a retry policy
 * can try again. Parameters are `$1`, `$2`, …; dates are bound as ISO texts in UTC, for JSON give texts. Into a table a
 * statement writes up to a thousand rows; one of yours runs for each row, in order, without waiting in between. The driver,
 * npm's `pg`, needs the permissions net and env.
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
