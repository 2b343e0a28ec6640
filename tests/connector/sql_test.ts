import { RDD, SparkContext } from "@dstream/dstream"
import * as Sql from "@dstream/dstream/sql"
import { Effect } from "effect"
import assert from "node:assert/strict"
import type { Engine } from "../../lib/rdd/engine.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Sql.Database | Engine>): Promise<A> =>
  effect.pipe(
    Effect.provide(Sql.layer),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "Sql" })),
    Effect.runPromise,
  )

Deno.test("query() gives values of every type, and NULL, as SQLite stores them", async () => {
  const columns = {
    whole: "INTEGER",
    flag: "INTEGER",
    real: "REAL",
    at: "TEXT",
    'te"xt': "TEXT",
    bytes: "BLOB",
  } as const
  const full = {
    whole: -7,
    flag: true,
    real: 0.5,
    at: new Date(1_700_000_000_123),
    'te"xt': "'; DROP TABLE records; --",
    bytes: new Uint8Array([0, 255]),
  }
  const nulls = { whole: null, flag: null, real: null, at: null, 'te"xt': null, bytes: null }
  const rows = await run(Sql.query(RDD.parallelize([full, nulls]), "SELECT * FROM records", { columns }))
  assert.deepEqual(rows, [{ ...full, flag: 1, at: "2023-11-14T22:13:20.123Z" }, nulls])
})

Deno.test("query() gives an empty table its columns", async () => {
  const none: RDD.RDD<{ readonly n: number }> = RDD.empty()
  const rows = await run(Sql.query(none, "SELECT count(n) AS n FROM t", { table: "t", columns: { n: "INTEGER" } }))
  assert.deepEqual(rows, [{ n: 0 }])
})

Deno.test("query() separates tables of the same name in concurrent queries", async () => {
  const sums = Effect.forEach(
    [1, 2, 3, 4],
    (n) => Sql.query(RDD.parallelize([{ n }, { n }]), "SELECT sum(n) AS n FROM records", { columns: { n: "INTEGER" } }),
    { concurrency: 4 },
  )
  assert.deepEqual((await run(sums)).flat(), [{ n: 2 }, { n: 4 }, { n: 6 }, { n: 8 }])
})

Deno.test("query() fails with QueryFailed for a wrong statement, and for a value that no column can hold", async () => {
  const one = RDD.parallelize([{ at: new Date(NaN) }])
  const wrong = (statement: string) => run(Effect.flip(Sql.query(one, statement, { columns: { at: "TEXT" } })))
  const error = await wrong("SELECT 1")
  assert.equal(error._tag, "QueryFailed")
  assert.match(error.message, /Invalid time value \(SELECT 1\)/)
  // @ts-expect-error a date is no whole number
  Sql.query(one, "SELECT 1", { columns: { at: "INTEGER" } })
})
