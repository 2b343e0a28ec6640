/**
 * SQLite as a sink of `DStream.saveToSql`: each batch is written in one transaction.
 *
 * **Guarantee.** Out: exactly once. The transaction also writes the mark of the batch, so a batch that runs again writes nothing.
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
 * database.exec("CREATE TABLE words (word TEXT)")
 *
 * const output = Testing.input([["to", "be"]]).pipe(
 *   DStream.saveToSql(Sqlite.sink({ path }), {
 *     name: "words",
 *     table: "words",
 *     columns: ["word"],
 *     row: (word) => [word],
 *   }),
 * )
 * await Effect.runPromise(Testing.runOutputs([output]))
 *
 * assert.equal(database.prepare("SELECT count(*) AS n FROM words").get()?.n, 2)
 * database.close()
 * await Deno.remove(path)
 * ```
 *
 * @module
 */
export { type Setting, SettingError } from "./connector/settings.ts"
export { sink, type SqliteOptions } from "./connector/sqlite/sink.ts"
export type {
  SqlBatch,
  SqlError,
  SqlInsert,
  SqlRow,
  SqlSink,
  SqlTransaction,
  SqlValue,
} from "./dstream/outputs/sql_sink.ts"
