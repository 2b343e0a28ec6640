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
import {
  readSecret,
  readSetting,
  type SecretSetting,
  type Setting,
  SettingError,
  settingProblems,
} from "../settings.ts"
import { connect, type Connection } from "./client.ts"

/** Which server to write to, and how to reach it. Settings may be read from configuration, for each batch. */
export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database`, with parameters: `sslmode=verify-full` encrypts; `query_timeout=60000`
   * fails a statement that has no answer after so many milliseconds (without it the operating system notices after some
   * ten minutes that a server is gone); `options=-c%20search_path=mine` sets what the server has settings for.
   */
  readonly url: SecretSetting
  /** The password, in place of one in the URL. */
  readonly password?: SecretSetting | undefined
  /** How long an attempt to connect may take, in milliseconds. Default: 10,000. */
  readonly connectTimeout?: Setting<number> | undefined
}

/** The protocol allows a statement so many parameters. */
const MAX_PARAMETERS = 65_535
/** A statement inserts at most so many rows. */
const MAX_ROWS = 1000

/** A statement of the user is sent for so many rows before the answers are awaited. */
const IN_FLIGHT = 1000

/** A date as ISO text, with the year as PostgreSQL writes it: at least four digits, no sign, and BC before the year 1. */
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
 * Asks whether the tables exist, and sets the server's keepalive, so that it notices within half a minute when this machine
 * is gone. By default that takes two hours, in which it keeps the transaction open and every retry of the batch waits.
 */
const PREPARE = `SELECT to_regclass('${COMMITS}') IS NOT NULL AND to_regclass('${PRUNED}') IS NOT NULL AS found, ` +
  "set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), " +
  "set_config('tcp_keepalives_count', '4', false)"

/** Deleting marks relies on each statement seeing what was committed before it, whatever the server's default level is. */
const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"

/**
 * Error codes for a table that another transaction creates at the same time: the table, its type, or their names in the
 * catalogue exist.
 */
const CREATED_CONCURRENTLY: ReadonlySet<unknown> = new Set(["42P07", "42710", "23505"])

const isCreatedConcurrently = ({ cause }: SqlError): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && CREATED_CONCURRENTLY.has(cause.code)

/** Makes the function that writes rows: many with each `INSERT` of our own, one with each statement of the user. */
const writer = ({ insert }: SqlBatch, connection: Connection) => {
  const single = statementOf(insert, 1, parameter)
  const most = "columns" in insert
    ? Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_PARAMETERS / Math.max(1, insert.columns.length))))
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

const EXPECTED_URL = "give the URL of a server, such as postgres://user@localhost:5432/database"

/**
 * What is wrong with a URL. Without a URL the driver would connect to a server of its own choice, and it takes a text
 * without a protocol for the name of a database on another one. The driver accepts URLs without a host, and paths of
 * sockets.
 */
const urlProblem = (url: unknown): string | undefined => {
  if (url === undefined || url === null) return `is missing; ${EXPECTED_URL}`
  if (typeof url === "string" && url.trim() === "") return `is empty; ${EXPECTED_URL}`
  const isUrl = typeof url === "string" &&
    (/^(?:\/|socket:)/i.test(url) ||
      (/^postgres(?:ql)?:\/\//i.test(url) && URL.canParse(url.replace("@/", "@localhost/"))))
  return isUrl
    ? undefined
    : `is not the URL of a PostgreSQL server (it is not shown, for its password); ${EXPECTED_URL}`
}

/** Adds a password to a URL, as a parameter: the driver prefers it to a password before the host. */
const withPassword = (url: string, password: string): string =>
  `${url}${url.includes("?") ? "&" : "?"}password=${encodeURIComponent(password)}`

const open = Effect.fnUntraced(function* ({ url, password, connectTimeout = 10_000 }: PostgresOptions) {
  const plain = yield* readSecret("url", url)
  const problem = urlProblem(plain)
  if (problem !== undefined) return yield* Effect.fail(new SettingError({ setting: "url", problem: `it ${problem}` }))
  const full = password === undefined ? plain : withPassword(plain, yield* readSecret("password", password))
  return yield* connect(full, yield* readSetting("connectTimeout", connectTimeout))
})

const begin: (
  options: PostgresOptions,
  batch: SqlBatch,
) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope> = Effect.fnUntraced(
  function* (options: PostgresOptions, batch: SqlBatch) {
    const { output, batchTime, insert, keepMarks } = batch
    const failing = (statement: string) => (cause: unknown) => new SqlError({ output, batchTime, statement, cause })
    const connection = yield* Effect.mapError(open(options), failing("connect"))
    const run = (text: string, ...values: ReadonlyArray<unknown>) =>
      Effect.mapError(connection.query(text, values), failing(text))

    const { rows: [answer] } = yield* run(PREPARE)
    if (answer?.found !== true) {
      for (const statement of marks.create) {
        yield* Effect.catchIf(run(statement), isCreatedConcurrently, () => Effect.void)
      }
    }
    yield* run(BEGIN)
    // The first write: it waits for another transaction of this batch that may still be open.
    if ((yield* run(marks.write, output, batchTime)).count === 0) return undefined
    const { rows: [pruned] } = yield* run(marks.pruned, output)
    const refused = refusal(batch, pruned?.batch_time)
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
 * Writes batches of `DStream.saveToSql` to a PostgreSQL database.
 *
 * It connects for the transaction of each batch, at isolation level read committed. A connection that breaks fails the
 * attempt with `SqlError` and the server rolls back, so that a retry policy can try again. Parameters are `$1`, `$2`, …;
 * dates are bound as ISO texts in UTC, JSON is bound as text. An insert into a table writes up to a thousand rows with each
 * statement. A statement of your own runs once for each row, in order, without waiting for the answer in between. The
 * driver, npm's `pg`, needs the permissions net and env. Passwords are never shown in errors and events. A context does
 * not start if the URL is missing or not that of a PostgreSQL server; a URL from configuration is checked when it is read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import * as Postgres from "@dstream/dstream/postgres"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Config, Schedule } from "effect"
 *
 * const sink = Postgres.sink({ url: "postgres://user@localhost:5432/database", password: Config.Redacted("DB_PASSWORD") })
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
export const sink = (options: PostgresOptions): SqlSink => ({
  problems: settingProblems("Postgres.sink", "url", options.url, urlProblem),
  begin: (batch) => begin(options, batch),
})
