/**
 * PostgreSQL as a sink of `DStream.saveToSql`: each batch is written in one transaction.
 *
 * **Guarantee.** Out: exactly once. The transaction also writes the mark of the batch, so a batch that runs again writes nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Postgres from "@dstream/dstream/postgres"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * const sink = Postgres.sink({ url: "postgres://user:password@localhost:5432/database" })
 * const output = Testing.input([["to", "be"]]).pipe(
 *   DStream.saveToSql(sink, { name: "words", table: "words", columns: ["word"], row: (word) => [word] }),
 * )
 * assert.equal(output.operation, "saveToSql")
 * ```
 *
 * @module
 */
export { type PostgresOptions, sink } from "./connector/postgres/sink.ts"
export { type SecretSetting, type Setting, SettingError } from "./connector/settings.ts"
export type {
  SqlBatch,
  SqlError,
  SqlInsert,
  SqlRow,
  SqlSink,
  SqlTransaction,
  SqlValue,
} from "./dstream/outputs/sql_sink.ts"
