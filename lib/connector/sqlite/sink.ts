/**
 * SQLite as a sink, with the runtime's own `node:sqlite`.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
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

/** Which database. */
export interface SqliteOptions {
  /** The file, which is made if it is missing. */
  readonly path: string
  /**
   * Milliseconds to wait when another connection is writing (1000). The whole isolate waits, so keep it short and leave
   * longer waits to the output's retry policy.
   */
  readonly busyTimeout?: number | undefined
}

/** How many rows are written before other fibers get a turn. */
const ROWS = 1000

const bound = (value: SqlValue): SQLInputValue =>
  typeof value === "boolean" ? Number(value) : value instanceof Date ? value.toISOString() : value

const trying = <A>({ output, batchTime }: SqlBatch, statement: string, body: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: body, catch: (cause) => new SqlError({ output, batchTime, statement, cause }) })

const CREATE = `CREATE TABLE IF NOT EXISTS ${COMMITS} ` +
  "(output TEXT NOT NULL, batch_time INTEGER NOT NULL, PRIMARY KEY (output, batch_time)) WITHOUT ROWID"
const COMMIT_ROW = `INSERT INTO ${COMMITS} (output, batch_time) VALUES (?, ?) ON CONFLICT DO NOTHING`

const opened = (options: SqliteOptions, batch: SqlBatch): Effect.Effect<DatabaseSync, SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    trying(batch, "connect", () => new DatabaseSync(options.path, { timeout: options.busyTimeout ?? 1000 })),
    // Rolls back what has not been committed.
    (database) => Effect.sync(() => database.close()),
  )

const begin: (
  options: SqliteOptions,
  batch: SqlBatch,
) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope> = Effect.fnUntraced(
  function* (options: SqliteOptions, batch: SqlBatch) {
    const database = yield* opened(options, batch)
    const run = (statement: string) => trying(batch, statement, () => database.exec(statement))
    yield* run("BEGIN IMMEDIATE")
    yield* run(CREATE)
    const { changes } = yield* trying(
      batch,
      COMMIT_ROW,
      () => database.prepare(COMMIT_ROW).run(batch.output, batch.batchTime),
    )
    if (Number(changes) === 0) return undefined
    const text = statementOf(batch.insert, 1, () => "?")
    const statement = yield* trying(batch, text, () => database.prepare(text))
    const some = (rows: ReadonlyArray<SqlRow>) =>
      trying(batch, text, () => {
        for (const row of rows) statement.run(...row.map(bound))
      })
    const write = Effect.fnUntraced(function* (rows: ReadonlyArray<SqlRow>) {
      for (let i = 0; i < rows.length; i += ROWS) {
        yield* some(rows.slice(i, i + ROWS))
        yield* Effect.yieldNow
      }
    })
    return { write, commit: run("COMMIT") }
  },
)

/**
 * A SQLite database for `DStream.saveToSql`. It is opened for the transaction of each batch, so that nothing is kept open
 * in between. Booleans are bound as 0 and 1, dates as ISO texts; bigints must fit into 64 bits.
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
export const sink = (options: SqliteOptions): SqlSink => ({ begin: (batch) => begin(options, batch) })
