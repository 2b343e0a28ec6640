/**
 * SQL queries over the records of a batch, with the runtime's SQLite in memory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Sql from "@dstream/dstream/sql"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const seen: Array<Sql.Row> = []
 * const orders = Testing.input([[{ item: "tea", price: 3 }, { item: "tea", price: 4 }], []])
 * const output = DStream.foreachRDD(orders, (rdd) =>
 *   Effect.map(
 *     Sql.query(rdd, "SELECT count(*) AS n, sum(price) AS total FROM orders", {
 *       table: "orders",
 *       columns: { item: "TEXT", price: "REAL" },
 *     }),
 *     (rows) => void seen.push(...rows),
 *   ))
 * await Effect.runPromise(Effect.provide(Testing.runOutputs([output]), Sql.layer))
 * assert.deepEqual(seen, [{ n: 2, total: 7 }, { n: 0, total: null }])
 * ```
 *
 * @module
 */
export { Database, layer, query, QueryFailed, type Row } from "./connector/sql/database.ts"
export type { ColumnType, ColumnTypeFor, ColumnValues, Table, TableOptions } from "./connector/sql/table.ts"
