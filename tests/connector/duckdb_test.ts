import { RDD, SparkContext } from "@dstream/dstream"
import * as Sql from "@dstream/dstream/sql"
import { Effect, Fiber } from "effect"
import assert from "node:assert/strict"
import type { Engine } from "../../lib/rdd/engine.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Sql.Database | Engine>): Promise<A> =>
  effect.pipe(
    Effect.provide(Sql.layer),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "DuckDB" })),
    Effect.runPromise,
  )

const columns = {
  big: "BIGINT",
  flag: "BOOLEAN",
  real: "DOUBLE",
  small: "INTEGER",
  at: "TIMESTAMP",
  'te"xt': "VARCHAR",
} as const

const full = { big: 2n ** 62n, flag: true, real: 0.5, small: -7, at: new Date(1700000000123), 'te"xt': "'; DROP TABLE" }
const nulls = { big: null, flag: null, real: null, small: null, at: null, 'te"xt': null }

Deno.test("query() gives every type of value and NULL back as it was", async () => {
  const rows = await run(Sql.query(RDD.parallelize([full, nulls]), "SELECT * FROM records", { columns }))
  assert.deepEqual(rows.map((row) => ({ ...row })), [full, nulls])
})

Deno.test("query() finds an empty table with its columns where there are no records", async () => {
  const none: RDD.RDD<{ readonly n: number }> = RDD.empty()
  const rows = await run(
    Sql.query(none, "SELECT count(*)::INTEGER AS n FROM t", { table: "t", columns: { n: "INTEGER" } }),
  )
  assert.deepEqual(rows.map(({ n }) => n), [0])
})

Deno.test("query() keeps tables of one name apart that are queried at the same time", async () => {
  const sums = Effect.forEach(
    [1, 2, 3, 4],
    (n) =>
      Sql.query(RDD.parallelize([{ n }, { n }]), "SELECT sum(n)::INTEGER AS n FROM records", {
        columns: { n: "INTEGER" },
      }),
    {
      concurrency: 4,
    },
  )
  assert.deepEqual((await run(sums)).flat().map(({ n }) => n), [2, 4, 6, 8])
})

Deno.test("query() fails with QueryFailed for a value that the column cannot hold", async () => {
  const wrong = Sql.query(RDD.parallelize([{ at: new Date(NaN) }]), "SELECT 1", { columns: { at: "TIMESTAMP" } })
  const error = await run(Effect.flip(wrong))
  assert.equal(error._tag, "QueryFailed")
})

Deno.test("query() ends a long statement when it is interrupted, and the database goes on", async () => {
  const numbers = RDD.parallelize([{ n: 1 }])
  const options = { columns: { n: "INTEGER" } } as const
  const long = "SELECT count(*) AS n FROM range(1000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11"
  const after = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Sql.query(numbers, long, options))
    yield* Effect.sleep("100 millis")
    yield* Fiber.interrupt(fiber)
    return yield* Sql.query(numbers, "SELECT n FROM records", options)
  })
  assert.deepEqual((await run(after)).map(({ n }) => n), [1])
})
