/**
 * SQLite as a sink, with the runtime's own `node:sqlite`.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
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
import { readSetting, type Setting, settingProblems } from "../settings.ts"
import { marksOf, refusal } from "../sql/marks.ts"

/** Which database to write to. Settings may be read from configuration, for each batch. */
export interface SqliteOptions {
  /** The file. It is created if it is missing. */
  readonly path: Setting<string>
  /**
   * How long to wait while another connection writes, in milliseconds. Default: 1000. The whole isolate waits, so keep it
   * short and leave longer waits to the output's retry policy.
   */
  readonly busyTimeout?: Setting<number> | undefined
}

/** After so many rows other fibers get a turn. */
const ROWS = 1000

/** A value as SQLite takes it. Whole numbers become integers, because a plain `5` would be `5.0` in a column of texts. */
const bound = (value: SqlValue): SQLInputValue => {
  if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
  return typeof value === "boolean" ? Number(value) : value instanceof Date ? value.toISOString() : value
}

/** SQLite takes an empty path for a database that is deleted when it is closed. */
const pathProblem = (path: unknown): string | undefined =>
  typeof path === "string" && path !== ""
    ? undefined
    : `is ${path === undefined ? "missing" : path === "" ? "empty" : "not a text"}; give the path of a file`

const marks = marksOf((index) => `?${index + 1}`, "INTEGER", " WITHOUT ROWID")

const trying = <A>({ output, batchTime }: SqlBatch, statement: string, body: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: body, catch: (cause) => new SqlError({ output, batchTime, statement, cause }) })

const open = Effect.fnUntraced(function* (options: SqliteOptions, batch: SqlBatch) {
  const { output, batchTime } = batch
  const read = <A>(name: string, setting: Setting<A>) =>
    Effect.mapError(
      readSetting(name, setting),
      (cause) => new SqlError({ output, batchTime, statement: "connect", cause }),
    )
  const path = yield* read("path", options.path)
  const timeout = yield* read("busyTimeout", options.busyTimeout ?? 1000)
  return yield* Effect.acquireRelease(
    trying(batch, "connect", () => new DatabaseSync(path, { timeout })),
    // Rolls back what is not committed.
    (database) => Effect.sync(() => database.close()),
  )
})

/** Whether a statement has more parameters than a row has values. SQLite would bind NULL to the others. */
const wantsMore = (database: DatabaseSync, text: string, row: SqlRow): boolean => {
  try {
    database.prepare(`EXPLAIN ${text}`).all(...[...row, null].map(() => null))
    return true
  } catch {
    return false
  }
}

/** Makes the function that writes rows with a statement. Each row must have a value for each parameter. */
const writer = (database: DatabaseSync, text: string): (rows: ReadonlyArray<SqlRow>) => void => {
  const statement = database.prepare(text)
  let width: number | undefined
  return (rows) => {
    for (const row of rows) {
      if (row.length !== width && wantsMore(database, text, row)) {
        throw new TypeError(`A row has ${row.length} values, but the statement has more parameters`)
      }
      width = row.length
      statement.run(...row.map(bound))
    }
  }
}

const begin: (
  options: SqliteOptions,
  batch: SqlBatch,
) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope> = Effect.fnUntraced(
  function* (options: SqliteOptions, batch: SqlBatch) {
    const { batchTime, insert, keepMarks, output } = batch
    const database = yield* open(options, batch)
    const run = (statement: string, ...values: ReadonlyArray<SQLInputValue>) =>
      trying(batch, statement, () => Number(database.prepare(statement).run(...values).changes))
    yield* run("BEGIN IMMEDIATE")
    for (const statement of marks.create) yield* run(statement)
    if ((yield* run(marks.write, output, batchTime)) === 0) return undefined
    const pruned = yield* trying(batch, marks.pruned, () => database.prepare(marks.pruned).get(output))
    const refused = refusal(batch, pruned?.batch_time)
    if (refused !== undefined) {
      return yield* Effect.fail(new SqlError({ output, batchTime, statement: marks.pruned, cause: refused }))
    }
    const text = statementOf(insert, 1, () => "?")
    const writeRows = yield* trying(batch, text, () => writer(database, text))
    const write = Effect.fnUntraced(function* (rows: ReadonlyArray<SqlRow>) {
      for (let i = 0; i < rows.length; i += ROWS) {
        yield* trying(batch, text, () => writeRows(rows.slice(i, i + ROWS)))
        yield* Effect.yieldNow
      }
    })
    const commit = Effect.gen(function* () {
      const old = keepMarks === Infinity ? 0 : yield* run(marks.note, output, keepMarks - 1)
      if (old > 0) yield* run(marks.prune, output)
      yield* run("COMMIT")
    })
    return { write, commit }
  },
)

/**
 * Writes batches of `DStream.saveToSql` to a SQLite database.
 *
 * The file is opened for the transaction of each batch and closed after it. Parameters are `?1`, `?2`, … or `?`. Booleans
 * are bound as 0 and 1, whole numbers as integers, dates as ISO texts; bigints must fit into 64 bits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DatabaseSync } from "node:sqlite"
 * import { DStream } from "@dstream/dstream"
 * import * as Sqlite from "@dstream/dstream/sqlite"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const path = await Deno.makeTempFile()
 * const database = new DatabaseSync(path)
 * database.exec("CREATE TABLE totals (word TEXT PRIMARY KEY, n INTEGER)")
 *
 * const output = Testing.input<[string, number]>([[["a", 1]], [["a", 2]]]).pipe(
 *   DStream.saveToSql(Sqlite.sink({ path }), {
 *     name: "totals",
 *     statement: "INSERT INTO totals VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
 *     row: ([word, n]) => [word, n],
 *   }),
 * )
 * await Effect.runPromise(Testing.runOutputs([output]))
 *
 * assert.equal(database.prepare("SELECT n FROM totals WHERE word = 'a'").get()?.n, 3)
 * database.close()
 * await Deno.remove(path)
 * ```
 */
export const sink = (options: SqliteOptions): SqlSink => ({
  problems: settingProblems("Sqlite.sink", "path", options.path, pathProblem),
  begin: (batch) => begin(options, batch),
})
