/**
 * The output that writes each batch to a database exactly once: saveToSql.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { recordsOf } from "../../core/results.ts"
import { map } from "../../rdd/operators/element.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type DStream, lift } from "../dstream.ts"
import { makeOutput, nameOutput, type Output } from "./output.ts"
import { writeBatch } from "./saving_to.ts"
import { type SqlBatch, SqlError, type SqlInsert, type SqlRow, type SqlSink, statementOf } from "./sql_sink.ts"

/** What {@link saveToSql} writes, and under which name. */
export type SqlOptions<A> = SqlInsert & {
  /** The output's name. Batches are committed under it, so it must stay the same when the program restarts. */
  readonly name: string
  /**
   * Makes the row of a record: one value for each column, or for each parameter of the statement. Called in the task
   * that computes the record.
   */
  readonly row: (record: A, batchTime: number) => SqlRow
  /**
   * How many marks of written batches are kept for this output, counted from the newest. At least 1, or `Infinity` for
   * all; default 10,000. Older marks are deleted in the transaction of each batch.
   *
   * A batch that runs again after its mark was deleted fails with `SqlError`, because it is unknown whether the batch
   * was written; it is never written twice. So keep more marks than batches can run again: those that run at the same
   * time, and those that a restart goes back. At one batch a second, 10,000 marks cover almost three hours and take
   * about a megabyte.
   */
  readonly keepMarks?: number | undefined
}

const KEEP_MARKS = 10_000

const problemsOf = (keepMarks: number): ReadonlyArray<string> =>
  keepMarks === Infinity || (Number.isSafeInteger(keepMarks) && keepMarks >= 1)
    ? []
    : [`keepMarks is ${keepMarks}, but must be a whole number of at least 1, or Infinity`]

const width = (insert: SqlInsert, rows: ReadonlyArray<SqlRow>): string | undefined => {
  if (!("columns" in insert)) return undefined
  const { columns } = insert
  const wrong = rows.find((row) => row.length !== columns.length)
  return wrong && `A row has ${wrong.length} values, but there are ${columns.length} columns`
}

/**
 * Writes each batch to a database exactly once. It writes a row for each record and, in the same transaction, a mark
 * that this output has written this batch. A batch that runs again, by a retry or after a crash at any moment, is in
 * the database once. Sinks are in `@dstream/dstream/sqlite` and `@dstream/dstream/postgres`. Fails with `SqlError`.
 * Spark has no such operation.
 *
 * Marks are rows of the table `dstream_commits (output, batch_time)`. The newest 10,000 of each output are kept (see
 * `keepMarks`); the table `dstream_pruned (output, batch_time)` has the newest deleted one. Both tables are created if
 * they are missing. Do not change their rows.
 *
 * Tasks make the rows, and the driver fetches one partition after another, so that one transaction can hold them all.
 * The transaction begins when the first partition has arrived. Values are always bound, never part of a statement.
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
 * database.exec("CREATE TABLE counts (time INTEGER, word TEXT, n INTEGER)")
 *
 * const output = Testing.input<[string, number]>([[["a", 1], ["b", 2]], [["a", 3]]]).pipe(
 *   DStream.saveToSql(Sqlite.sink({ path }), {
 *     name: "counts",
 *     table: "counts",
 *     columns: ["time", "word", "n"],
 *     row: ([word, n], time) => [time, word, n],
 *   }),
 * )
 * await Effect.runPromise(Testing.runOutputs([output]))
 *
 * const rows = database.prepare("SELECT time || ' ' || word || ' ' || n AS row FROM counts ORDER BY row").all()
 * assert.deepEqual(rows.map(({ row }) => row), ["1000 a 1", "1000 b 2", "2000 a 3"])
 * database.close()
 * await Deno.remove(path)
 * ```
 */
export const saveToSql: {
  <A>(sink: SqlSink, options: SqlOptions<A>): <E, R>(self: DStream<A, E, R>) => Output<E | SqlError, R>
  <A, E, R>(self: DStream<A, E, R>, sink: SqlSink, options: SqlOptions<A>): Output<E | SqlError, R>
} = dual(
  3,
  <A, E, R>(self: DStream<A, E, R>, sink: SqlSink, options: SqlOptions<A>): Output<E | SqlError, R> => {
    const { keepMarks = KEEP_MARKS, name, row } = options
    const insert: SqlInsert = "table" in options
      ? { table: options.table, columns: options.columns }
      : { statement: options.statement }
    const rows = lift(
      "saveToSql",
      self,
      [row],
      (rdd, row, { time }) => map(rdd, (record) => recordsOf(row(record, time))),
      { check: () => [...problemsOf(keepMarks), ...sink.problems ?? []] },
    )
    const output: Output<E | SqlError, R> = makeOutput({
      operation: "saveToSql",
      stream: rows,
      functions: [],
      detail: JSON.stringify([name, statementOf(insert, 1, () => "?")]),
      run: (rdd, { time }) => write(rdd, sink, { output: name, batchTime: time, insert, keepMarks }),
    })
    return nameOutput(output, name)
  },
)

const write = (rdd: RDD<SqlRow, unknown, unknown>, sink: SqlSink, batch: SqlBatch) => {
  const check = (rows: ReadonlyArray<SqlRow>): Effect.Effect<void, SqlError> => {
    const wrong = width(batch.insert, rows)
    if (wrong === undefined) return Effect.void
    const statement = statementOf(batch.insert, 1, () => "?")
    return Effect.fail(new SqlError({ ...batch, statement, cause: wrong }))
  }
  return writeBatch(rdd, sink.begin(batch), check)
}
